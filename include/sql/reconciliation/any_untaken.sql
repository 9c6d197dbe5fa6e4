-- Out: whether a change waits that no event-driven change set took.
select count(*) > 0 as untaken
from (
    select from reconciliation.waiting_change() as waiting
    where waiting.taken_by is distinct from 'changes'
    limit 1
) as one_of_them
