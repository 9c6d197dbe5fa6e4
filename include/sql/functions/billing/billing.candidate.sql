-- In: for_due_date. Out: the list (the manual's "Carregar"): what can be charged now, each with its pending event if it
-- has one. Charges that are processed already are not on it, because they never change.
create or replace function billing.candidate(for_due_date date)
returns table (
    client_plan_id bigint,
    service_plan_id bigint,
    client_package_id bigint,
    package_id bigint,
    reference_month date,
    amount numeric(12, 2),
    price numeric(12, 2),
    price_source text,
    days integer,
    days_before integer,
    denominator integer,
    policy_id bigint,
    exclusion text,
    event_id bigint
)
language sql stable parallel safe
as $$
    select
        chargeable.*,
        pending.id
    from billing.chargeable(for_due_date) as chargeable
    inner join billing.pending_charge(for_due_date) as pending
        on
            chargeable.client_package_id = pending.client_package_id
            and chargeable.reference_month = pending.reference_month
    union all
    select
        chargeable.*,
        cast(null as bigint)
    from billing.chargeable(for_due_date) as chargeable
    where
        not exists (
            select 1
            from billing.live_charge(for_due_date) as event
            where
                event.client_package_id = chargeable.client_package_id
                and event.reference_month = chargeable.reference_month
        )
$$;
