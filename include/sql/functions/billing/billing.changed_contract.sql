-- In: as billing.contract. Out: its rows of the client plans that changed in the month or later, a row for each state;
-- of one that the ERP does not show any more, until it went. Looks the few up, so it is not inlined.
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
    with state as (
        select
            past.client_plan_id as id,
            past.service_plan_id,
            past.status,
            past.due_day,
            past.since,
            least(past.until, term.gone_since) as until,
            case when stated.id is null then term.activated_on else stated.activated_on end as activated_on,
            case when stated.id is null then term.cancelled_on else stated.cancelled_on end as cancelled_on,
            stated.parked,
            billing.day_in(of_month, past.due_day) as due_on
        from billing.changed_client_plan(of_month) as changed
        inner join history.client_plan as past on changed.id = past.client_plan_id
        inner join history.client_plan_term as term on changed.id = term.client_plan_id
        left join billing.due_client_plan(null) as stated on changed.id = stated.id
        where
            -- One that is in the ERP more than once says nothing.
            (stated.id is not null or term.gone_since is not null)
            and (term.gone_since is null or past.since < term.gone_since)
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
        billed.id,
        billed.service_plan_id,
        billed.status,
        billed.since,
        billed.until,
        billed.activated_on,
        billed.cancelled_on,
        billed.parked,
        billed.billing_day,
        max(billed.service_plan_id) filter (
            where billed.billing_day >= billed.since and billed.billing_day < billed.until
        ) over (partition by billed.id)
    from billed
    where for_due_date is null or billed.covered
$$;
