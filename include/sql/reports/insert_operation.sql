-- In: today, timezone (the ISP's). Counts the operations of the change sets of the last 31 days by day, action and
-- status. An operation that comes again on the same day, because it was rejected or its change set was not applied,
-- counts once, with its last status.
insert into reports.operation (day, action, status, operations)
with recent as (
    select
        change_set.id,
        cast(change_set.created_at at time zone :timezone as date) as day
    from reconciliation.change_set
    where change_set.created_at >= cast(cast(:today as date) - 30 as timestamp) at time zone :timezone
),

ended as (
    select distinct on (recent.day, operation.client_plan_id, operation.action, operation.target)
        recent.day,
        operation.action,
        operation.status
    from reconciliation.operation as operation
    inner join recent on operation.change_set_id = recent.id
    where operation.change_set_id >= (select min(first.id) from recent as first)
    order by
        recent.day asc,
        operation.client_plan_id asc,
        operation.action asc,
        operation.target asc,
        operation.change_set_id desc,
        operation.number desc
)

select
    ended.day,
    ended.action,
    ended.status,
    count(*) as operations
from ended
group by ended.day, ended.action, ended.status
