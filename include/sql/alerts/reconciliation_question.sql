-- In: reconciliation_hours (for which an answer is awaited). Out: the change set that waits for a person, if there is
-- one: how many contracts lose something, what is sold to them in reais a month, and until when.
select
    '' as key,
    jsonb_build_object(
        'removals', question.removals,
        'operations', question.operations,
        'until', question.waiting_since + make_interval(secs => 3600 * :reconciliation_hours)
    ) as parameters,
    question.client_plans,
    cast(null as numeric) as amount
from reconciliation.change_set as question
where
    question.split_from is not null
    and question.status = 'planned'
    and question.asked_at is not null
    and question.closed_at is null
order by question.id desc
limit 1
