-- In: of_event, an event's number. Out: what its amount comes from; no row if there is no such event. days null: the
-- whole price; the policy's columns null: it was made without one.
create or replace function billing.explanation(of_event bigint)
returns table (
    kind text,
    package text,
    reference_month date,
    amount numeric(12, 2),
    price numeric(12, 2),
    price_source text,
    days smallint,
    denominator smallint,
    policy_id bigint,
    proration text,
    timing text
)
language sql stable
as $$
    select
        event.kind,
        package.name,
        event.reference_month,
        event.amount,
        event.price,
        event.price_source,
        event.days,
        event.denominator,
        policy.id,
        policy.proration,
        policy.timing
    from billing.event_record as event
    inner join tv.package as package on event.package_id = package.id
    left join billing.policy as policy on event.policy_id = policy.id
    where event.id = of_event and event.due_date = billing.due_date_of(of_event)
$$;
