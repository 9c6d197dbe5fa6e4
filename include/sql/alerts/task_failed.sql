-- Out: the tasks that failed for good and did not end well since, by cause. What is told by an alert of its own is left
-- out: questions that nobody answered.
select
    failure.code as key,
    jsonb_build_object(
        'code', failure.code,
        'tasks', count(*),
        'dags', (array_agg(distinct failure.dag_name order by failure.dag_name))[1:5],
        'task', (array_agg(failure.task_name order by failure.id desc))[1],
        'due_dates', (array_agg(distinct failure.due_date order by failure.due_date))[1:5],
        'since', min(failure.failed_at),
        'link', (array_agg(failure.link order by failure.id desc))[1]
    ) as parameters,
    cast(null as bigint) as client_plans,
    cast(null as numeric) as amount
from alerts.failure
where failure.over_at is null and failure.code not in ('review_unanswered', 'question_unanswered')
group by failure.code
