-- In: found (a JSON array of failed tasks, objects with id, dag_id, task_id, run_id, map_index and ended_at), at_most.
-- Out: the ids of those that nobody recorded, the newest first. What was recorded without an id was so by a callback,
-- which a clock may have dated some minutes too early.
select cast(found.id as text) as id
from
    jsonb_to_recordset(cast(:found as jsonb))
        as found (id uuid, dag_id text, task_id text, run_id text, map_index integer, ended_at timestamptz)
where
    not exists (
        select from alerts.failure
        where failure.task_instance_id = found.id
    )
    and not exists (
        select from alerts.failure
        where
            failure.task_instance_id is null
            and failure.dag_id = found.dag_id
            and failure.task_id = found.task_id
            and failure.run_id = found.run_id
            and failure.map_index = found.map_index
            and failure.failed_at >= found.ended_at - interval '5 minutes'
    )
order by found.ended_at desc, found.id asc
limit :at_most
