-- In: now. Out: what was last asked about the platform, if it was rejected or not answered in time within 24 hours, and
-- nothing was asked since.
select
    '' as key,
    jsonb_build_object(
        'removals', question.removals,
        'operations', question.operations,
        'answer', case when question.decided_by = 'no_answer' then 'no_answer' else 'rejected' end
    ) as parameters,
    question.client_plans,
    cast(null as numeric) as amount
from (
    select asked.*
    from reconciliation.change_set as asked
    where asked.split_from is not null and asked.asked_at is not null and asked.closed_at is null
    order by asked.id desc
    limit 1
) as question
where question.status = 'rejected' and question.decided_at > cast(:now as timestamptz) - interval '24 hours'
