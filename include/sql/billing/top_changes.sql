-- In: due_date. Reads the temporary table candidate. Out: the client plans whose charges differ most from those of the
-- same due day in the month before: amount then and now.
with before as (
    select
        event.client_plan_id,
        sum(event.amount) as amount
    from billing.event as event
    where
        event.due_date = cast(cast(:due_date as date) - interval '1 month' as date)
        and event.kind = 'charge'
        and event.live
    group by event.client_plan_id
),

after as (
    select
        candidate.client_plan_id,
        sum(candidate.amount) as amount
    from candidate
    where candidate.exclusion is null
    group by candidate.client_plan_id
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
