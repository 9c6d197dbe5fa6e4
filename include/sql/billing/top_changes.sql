-- In: due_date. Reads the temporary table candidate. Out: the client plans whose charges differ most from those of the
-- same due day in the month before: amount then and now.
with before as (
    select
        event.client_plan_id,
        sum(event.amount) as amount
    from billing.live_charge(cast(cast(:due_date as date) - interval '1 month' as date)) as event
    group by event.client_plan_id
),

after as (
    select
        charge.client_plan_id,
        sum(charge.amount) as amount
    from (
        select
            candidate.client_plan_id,
            candidate.amount
        from candidate
        where candidate.exclusion is null
        union all
        select
            event.client_plan_id,
            event.amount
        from billing.processed_charge(:due_date) as event
    ) as charge
    group by charge.client_plan_id
)

select
    coalesce(after.client_plan_id, before.client_plan_id) as client_plan_id,
    coalesce(before.amount, 0) as amount_before,
    coalesce(after.amount, 0) as amount_after
from after
full join before on after.client_plan_id = before.client_plan_id
where coalesce(after.amount, 0) <> coalesce(before.amount, 0)
order by abs(coalesce(after.amount, 0) - coalesce(before.amount, 0)) desc, client_plan_id
limit 10
