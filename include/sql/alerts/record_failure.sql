-- In: dag_id, dag_name, task_id, task_name, run_id, map_index, due_date, code, link, failed_at. Records a task that
-- failed for good, in the place of its earlier failure in the same run; nothing if this or a later one is recorded.
with earlier as (
    update alerts.failure set over_at = clock_timestamp()
    where
        failure.dag_id = :dag_id
        and failure.task_id = :task_id
        and failure.run_id = :run_id
        and failure.map_index = :map_index
        and failure.over_at is null
        and failure.failed_at < :failed_at
)

insert into alerts.failure (
    dag_id, dag_name, task_id, task_name, run_id, map_index, due_date, code, link, failed_at
)
select
    given.dag_id,
    given.dag_name,
    given.task_id,
    given.task_name,
    given.run_id,
    given.map_index,
    given.due_date,
    given.code,
    given.link,
    given.failed_at
from (
    values (
        cast(:dag_id as text), cast(:dag_name as text), cast(:task_id as text), cast(:task_name as text),
        cast(:run_id as text), cast(:map_index as integer), cast(:due_date as date), cast(:code as text),
        cast(:link as text), cast(:failed_at as timestamptz)
    )
) as given (dag_id, dag_name, task_id, task_name, run_id, map_index, due_date, code, link, failed_at)
where
    not exists (
        select from alerts.failure
        where
            failure.dag_id = given.dag_id
            and failure.task_id = given.task_id
            and failure.run_id = given.run_id
            and failure.map_index = given.map_index
            and failure.failed_at >= given.failed_at
    )
