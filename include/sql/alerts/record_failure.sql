-- In: task_instance_id, dag_id, dag_name, task_id, task_name, run_id, map_index, due_date, code, link, failed_at,
-- is_over, lost (the code of a failure whose reason was lost). Records a task that failed for good, in the place of its
-- earlier failure in the same run; nothing if this or a later one is recorded, except that a reason which comes late
-- replaces `lost`.
with given as (
    select
        cast(:task_instance_id as uuid) as task_instance_id,
        cast(:dag_id as text) as dag_id,
        cast(:dag_name as text) as dag_name,
        cast(:task_id as text) as task_id,
        cast(:task_name as text) as task_name,
        cast(:run_id as text) as run_id,
        cast(:map_index as integer) as map_index,
        cast(:due_date as date) as due_date,
        cast(:code as text) as code,
        cast(:link as text) as link,
        cast(:failed_at as timestamptz) as failed_at,
        case when cast(:is_over as boolean) then clock_timestamp() end as over_at
),

other as (
    select
        failure.id,
        failure.failed_at
    from alerts.failure
    inner join given
        on
            failure.dag_id = given.dag_id
            and failure.task_id = given.task_id
            and failure.run_id = given.run_id
            and failure.map_index = given.map_index
            and (failure.task_instance_id = given.task_instance_id) is not true
),

earlier as (
    update alerts.failure set over_at = clock_timestamp()
    from other
    cross join given
    where failure.id = other.id and failure.over_at is null and failure.failed_at < given.failed_at
)

insert into alerts.failure (
    task_instance_id, dag_id, dag_name, task_id, task_name, run_id, map_index, due_date, code, link, failed_at, over_at
)
select
    given.task_instance_id,
    given.dag_id,
    given.dag_name,
    given.task_id,
    given.task_name,
    given.run_id,
    given.map_index,
    given.due_date,
    given.code,
    given.link,
    given.failed_at,
    given.over_at
from given
where
    not exists (
        select from other
        where other.failed_at >= given.failed_at
    )
on conflict (task_instance_id) do update
    set
        code = excluded.code,
        link = excluded.link,
        over_at = excluded.over_at
    where failure.code = :lost and failure.over_at is null
