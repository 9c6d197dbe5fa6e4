-- In: for_due_date. Out: the list (the manual's "Carregar"): what can be charged now, each with its pending event if it
-- has one. Charges that are processed already are not on it, because they never change; a pending charge of a parked
-- client plan is on it as it was saved.
create or replace function billing.candidate(for_due_date date)
returns table (
    client_plan_id bigint,
    service_plan_id bigint,
    client_package_id bigint,
    package_id bigint,
    reference_month date,
    segment integer,
    amount numeric,
    price numeric,
    price_source text,
    days integer,
    days_before integer,
    value_before numeric,
    denominator integer,
    policy_id bigint,
    exclusion text,
    event_id bigint
)
language sql stable parallel safe
as $$
    select listed.*
    from (
        select
            uncharged.*,
            charge.id as event_id
        from billing.uncharged(for_due_date, for_due_date) as uncharged
        left join billing.charge_on_list(for_due_date) as charge
            on
                uncharged.client_package_id = charge.client_package_id
                and uncharged.reference_month = charge.reference_month
                and uncharged.segment = charge.segment
        where charge.id is null or charge.pending
    ) as listed
    cross join lateral (
        select
            (
                listed.exclusion = any(
                    array(
                        select reason.code from billing.exclusion_reason as reason where reason.at_settlement = 'wait'
                    )
                )
            ) is true as waits
    ) as parked
    where
        case
            when listed.event_id is not null then not parked.waits
            -- A reason not to charge a sale stands on its first segment; the others are none of their own.
            when listed.segment > 1 and listed.exclusion is not null then false
            -- Nor is one not to charge again what a person took back, or what is left of a month beside the difference
            -- that charged it, while others are processed.
            when
                not parked.waits
                and listed.exclusion <> 'corrected'
                and (listed.client_package_id, listed.reference_month) in (
                    select
                        taken_back.client_package_id,
                        taken_back.reference_month
                    from billing.taken_back(for_due_date) as taken_back
                    union all
                    select
                        difference.id,
                        difference.reference_month
                    from billing.processed_difference(for_due_date) as difference
                )
                then (listed.client_package_id, listed.reference_month) not in (
                    select
                        processed.id,
                        processed.reference_month
                    from billing.processed_client_package(for_due_date) as processed
                )
            -- The month of a parked client plan is unknown if its service plan is.
            else
                not parked.waits
                or listed.client_package_id not in (
                    select charged.id
                    from billing.charged_client_package(for_due_date) as charged
                )
        end
    union all
    select
        pending.client_plan_id,
        pending.service_plan_id,
        pending.client_package_id,
        pending.package_id,
        pending.reference_month,
        cast(pending.segment as integer),
        pending.amount,
        pending.price,
        pending.price_source,
        cast(pending.days as integer),
        cast(pending.days_before as integer),
        pending.value_before,
        cast(pending.denominator as integer),
        pending.policy_id,
        cast(null as text),
        pending.id
    from billing.pending_charge(for_due_date) as pending
    -- As an array, so that a closed due date, which has nothing pending, looks for none.
    where pending.client_plan_id = any(
        array(
            select parked.id
            from billing.parked_client_plan(for_due_date) as parked
            where not (select billing.is_closed(for_due_date))
        )
    )
    union all
    select
        repeated.id,
        coalesce(repeated.service_plan_id, 0),
        sold.id,
        sold.package_id,
        billing.month_of(for_due_date),
        1,
        cast(null as numeric),
        sold.price,
        case when sold.price is null then 'package' else 'client' end,
        cast(null as integer),
        cast(null as integer),
        cast(null as numeric),
        cast(null as integer),
        cast(null as bigint),
        'listed_twice',
        cast(null as bigint)
    from billing.repeated_client_plan(for_due_date) as repeated
    inner join tv.client_package as sold on repeated.id = sold.client_plan_id
    where
        not exists (
            select 1
            from billing.live_charge(for_due_date) as event
            where event.client_package_id = sold.id
        )
$$;
