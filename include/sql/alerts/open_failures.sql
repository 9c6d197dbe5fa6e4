-- Out: the tasks that failed for good and did not end well since.
select
    failure.id,
    failure.dag_id,
    failure.task_id,
    failure.run_id,
    failure.map_index
from alerts.failure
where failure.over_at is null
order by failure.id
limit 1000
