-- In: hours (for which an answer is awaited); the temporary table held. Out: the question that waits for an answer, if
-- there is one, and since when; whether it asks everything that is held; whether its time has long passed, so that its
-- run cannot have told so. Locks it.
select
    question.id,
    question.waiting_since,
    not exists (
        select from held
        where
            not held.rejected
            and not exists (
                select from reconciliation.operation as asked
                where
                    asked.change_set_id = question.id
                    and asked.client_plan_id = held.client_plan_id
                    and asked.action = held.action
                    and asked.target is not distinct from held.target
            )
    ) as complete,
    question.waiting_since + make_interval(secs => 3600 * (:hours + 1)) < now() as forgotten
from reconciliation.change_set as question
where question.split_from is not null and question.status = 'planned'
order by question.id desc
limit 1
for update
