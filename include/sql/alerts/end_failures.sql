-- In: dag_id, task_id, task_ids (it and those before it), run_id, map_index, due_date, started_at: a task that ended
-- well. Ends its failure in the same run, and in earlier runs those of the tasks up to it, of the same due date if they
-- have one; in no other run without started_at. A failure of the future was noted by a clock that was ahead. Out: how
-- many.
with ended as (
    update alerts.failure set over_at = clock_timestamp()
    where
        failure.over_at is null
        and failure.dag_id = :dag_id
        and failure.task_id = any(cast(:task_ids as text[]))
        and case
            when failure.run_id = :run_id then failure.task_id = :task_id and failure.map_index = :map_index
            else
                (failure.failed_at < cast(:started_at as timestamptz) or failure.failed_at > clock_timestamp())
                and (failure.due_date is null or failure.due_date = cast(:due_date as date))
        end
    returning 1
)

select count(*) as failures from ended
