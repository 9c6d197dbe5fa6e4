-- In: today, timezone (the ISP's). Counts the operations that the plans of the last 31 days planned, by day, action
-- and status. What was planned again and again on one day, because it was rejected or its plan was not applied, counts
-- once, as it ended.
insert into dashboard.operation (day, action, status, operations)
with recent as (
    select
        plan.id,
        cast(plan.created_at at time zone :timezone as date) as day
    from reconciliation.plan as plan
    where plan.created_at >= cast(cast(:today as date) - 30 as timestamp) at time zone :timezone
),

ended as (
    select distinct on (recent.day, operation.client_plan_id, operation.action, operation.target)
        recent.day,
        operation.action,
        operation.status
    from reconciliation.operation as operation
    inner join recent on operation.plan_id = recent.id
    where operation.plan_id >= (select min(first.id) from recent as first)
    order by
        recent.day asc,
        operation.client_plan_id asc,
        operation.action asc,
        operation.target asc,
        operation.plan_id desc,
        operation.number desc
)

select
    ended.day,
    ended.action,
    ended.status,
    count(*) as operations
from ended
group by ended.day, ended.action, ended.status
