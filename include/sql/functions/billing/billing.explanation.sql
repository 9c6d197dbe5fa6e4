-- In: of_event, an event's number. Out: what its amount comes from; no row if there is no such event. days null: the
-- whole price; the policy's columns null: it was made without one. segment 0: a difference, on top
-- of value_before. adjusts: a credit because the month owes less than was charged.
create or replace function billing.explanation(of_event bigint)
returns table (
    kind text,
    package text,
    due_date date,
    reference_month date,
    segment smallint,
    amount numeric(12, 2),
    price numeric(12, 2),
    price_source text,
    days smallint,
    value_before numeric(16, 2),
    denominator smallint,
    policy_id bigint,
    proration text,
    timing text,
    adjusts boolean
)
language sql stable
as $$
    select
        event.kind,
        package.name,
        event.due_date,
        event.reference_month,
        event.segment,
        event.amount,
        event.price,
        event.price_source,
        event.days,
        event.value_before,
        event.denominator,
        policy.id,
        policy.proration,
        policy.timing,
        exists (
            select
            from billing.credit
            where credit.event_id = event.id and credit.kind = 'adjustment'
        )
    from billing.event_record as event
    inner join tv.package as package on event.package_id = package.id
    left join billing.policy as policy on event.policy_id = policy.id
    where event.id = of_event and event.due_date = billing.due_date_of(of_event)
$$;
