-- In: dag_id, dag_name, task_id, task_name, run_id, map_index, due_date, code, link. Records a task that failed for
-- good, in the place of its earlier failure in the same run.
with earlier as (
    update alerts.failure set over_at = clock_timestamp()
    where
        failure.dag_id = :dag_id
        and failure.task_id = :task_id
        and failure.run_id = :run_id
        and failure.map_index = :map_index
        and failure.over_at is null
)

insert into alerts.failure (dag_id, dag_name, task_id, task_name, run_id, map_index, due_date, code, link)
values (:dag_id, :dag_name, :task_id, :task_name, :run_id, :map_index, :due_date, :code, :link)
