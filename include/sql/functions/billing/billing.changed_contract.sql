-- In: of_month, its first day; for_due_date (null: all). Out: those of billing.changed_client_plan that are due on that
-- date, with a row for each state on its days [since, until). One that the ERP does not show any more ended when it
-- went, if not before, and keeps its last state, so that its due day comes. billing_day: the last day of the month that
-- was the due day then, or the month's last day if none was; after today the state of today holds. billed_as: the
-- service plan of that day, 0 if it has no policy of its own because nobody knows it. Looks the few up, so it is not
-- inlined.
create or replace function billing.changed_contract(of_month date, for_due_date date)
returns table (
    id bigint,
    service_plan_id bigint,
    status text,
    since date,
    until date,
    activated_on date,
    cancelled_on date,
    parked text,
    billing_day date,
    billed_as bigint
)
language sql stable parallel safe rows 100
set enable_nestloop = on
as $$
    with changed as materialized (
        select changed.id
        from billing.changed_client_plan(of_month) as changed
    ),

    known as (
        select
            changed.id,
            past.service_plan_id,
            past.status,
            past.due_day,
            past.since,
            past.until
        from changed
        inner join history.client_plan as past on changed.id = past.client_plan_id
        union all
        select
            changed.id,
            stated.service_plan_id,
            stated.status,
            stated.due_day,
            cast('-infinity' as date),
            cast('infinity' as date)
        from changed
        inner join billing.due_client_plan(null) as stated on changed.id = stated.id
        where
            not exists (
                select
                from history.client_plan as past
                where past.client_plan_id = changed.id
            )
    ),

    state as (
        select
            known.id,
            known.service_plan_id,
            known.status,
            known.due_day,
            known.since,
            known.until,
            case when stated.id is null then term.activated_on else stated.activated_on end as activated_on,
            case
                when stated.id is not null then stated.cancelled_on
                -- One that is cancelled without an end owes nothing, as long as it is shown, either.
                when known.status = 'cancelled' and coalesce(term.cancelled_on, 'infinity') = 'infinity' then null
                else least(term.cancelled_on, term.gone_since)
            end as cancelled_on,
            stated.parked,
            billing.day_in(of_month, known.due_day) as due_on
        from known
        left join history.client_plan_term as term on known.id = term.client_plan_id
        left join billing.due_client_plan(null) as stated on known.id = stated.id
        where
            -- One that is in the ERP more than once says nothing.
            stated.id is not null
            or term.gone_since > of_month
    ),

    billed as (
        select
            state.*,
            coalesce(
                max(state.due_on) filter (where state.due_on >= state.since and state.due_on < state.until)
                    over of_plan,
                cast(of_month + interval '1 month' as date) - 1
            ) as billing_day,
            bool_or(
                for_due_date >= state.since
                and for_due_date < state.until
                and for_due_date = billing.day_in(billing.month_of(for_due_date), state.due_day)
            ) over of_plan as covered
        from state
        window of_plan as (partition by state.id)
    )

    select
        contract.id,
        contract.service_plan_id,
        contract.status,
        contract.since,
        contract.until,
        contract.activated_on,
        contract.cancelled_on,
        contract.parked,
        contract.billing_day,
        coalesce(of_plan.service_plan_id, 0)
    from (
        select
            billed.*,
            max(billed.service_plan_id) filter (
                where billed.billing_day >= billed.since and billed.billing_day < billed.until
            ) over (partition by billed.id) as billed_as
        from billed
        where for_due_date is null or billed.covered
    ) as contract
    left join billing.policy_of(of_month) as of_plan on contract.billed_as = of_plan.service_plan_id
$$;
