-- In: by_task (codes that tell no cause). Out: the tasks that failed for good and did not end well since, by cause; by
-- task where the code tells no cause, so that an open one hides no other. What is told by an alert of its own is left
-- out.
with told as (
    select
        failure.*,
        case
            when failure.code = any(cast(:by_task as text[]))
                then concat_ws(':', failure.code, failure.dag_id, failure.task_id)
            else failure.code
        end as key
    from alerts.failure
    where
        failure.over_at is null
        and failure.code not in (
            'due_days_unserved', 'list_rejected', 'months_open', 'question_unanswered', 'removals_rejected',
            'review_unanswered', 'standard_billing_overdue'
        )
)

select
    failure.key,
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
from told as failure
group by failure.key, failure.code
