-- In: due_date. Reads the temporary table candidate. Out: the ten client plans whose charges differ most from those of
-- the same due day in the month before: the sums then and now, in reais. Charges are compared one by one, since most of
-- them do not change.
with before as not materialized (
    select
        event.client_plan_id,
        event.client_package_id,
        event.amount,
        -- False means in arrears: a due date bills no other month.
        event.reference_month
        = cast(date_trunc('month', cast(:due_date as timestamp)) - interval '1 month' as date) as in_advance
    from billing.charge_before(:due_date) as event
),

after as not materialized (
    select
        charge.client_plan_id,
        charge.client_package_id,
        charge.amount,
        charge.reference_month = cast(date_trunc('month', cast(:due_date as timestamp)) as date) as in_advance
    from (
        select
            candidate.client_plan_id,
            candidate.client_package_id,
            candidate.amount,
            candidate.reference_month
        from candidate
        where candidate.exclusion is null
        union all
        select
            event.client_plan_id,
            event.client_package_id,
            event.amount,
            event.reference_month
        from billing.processed_charge(:due_date) as event
    ) as charge
),

most as (
    select
        coalesce(after.client_plan_id, before.client_plan_id) as client_plan_id,
        sum(coalesce(after.amount, 0) - coalesce(before.amount, 0)) as change
    from after
    full join before
        on
            after.client_plan_id = before.client_plan_id
            and after.client_package_id = before.client_package_id
            and after.in_advance = before.in_advance
    where after.amount is distinct from before.amount
    group by coalesce(after.client_plan_id, before.client_plan_id)
    having sum(coalesce(after.amount, 0) - coalesce(before.amount, 0)) <> 0
    order by abs(sum(coalesce(after.amount, 0) - coalesce(before.amount, 0))) desc, client_plan_id asc
    limit 10
)

select
    most.client_plan_id,
    coalesce(sum(before.amount), 0) as amount_before,
    coalesce(sum(before.amount), 0) + most.change as amount_after
from most
left join before on most.client_plan_id = before.client_plan_id
group by most.client_plan_id, most.change
order by abs(most.change) desc, most.client_plan_id asc
