-- In: change_set; the temporary table removal. Out: how many client plans of it are undecided, how many a person
-- rejected lately, how many others wait for an answer, and how many others lost something within the last 24 hours
-- without a person who was asked, as of the time when the guard let it pass: in all change sets, small ones too.
select
    count(*) filter (where removal.decision is null) as undecided,
    count(*) filter (where removal.decision = 'rejected') as rejected,
    (
        select count(distinct losing.client_plan_id)
        from reconciliation.change_set as question
        cross join lateral reconciliation.losing(question.id, array['planned']) as losing
        where
            question.split_from is not null
            and question.status = 'planned'
            and not exists (
                select from removal as again
                where again.client_plan_id = losing.client_plan_id
            )
    ) as waiting,
    (
        select count(distinct losing.client_plan_id)
        from reconciliation.change_set as passed
        cross join
            lateral reconciliation.losing(
                passed.id,
                case
                    when passed.status in ('approved', 'applied') then array['planned', 'applied'] else array['applied']
                end
            ) as losing
        where
            passed.id <> :change_set
            and passed.split_from is null
            and passed.decided_by = 'guard'
            and passed.decided_at > now() - interval '24 hours'
            and not exists (
                select from removal as again
                where again.client_plan_id = losing.client_plan_id
            )
            and not exists (
                select from reconciliation.decided(passed.decided_at) as decided
                where decided.client_plan_id = losing.client_plan_id and decided.approved
            )
    ) as recent
from removal
