-- Out: whether a change waits that no event-driven change set took.
select count(*) > 0 as untaken
from (
    select from reconciliation.waiting_change() as waiting
    inner join reconciliation.pending_change as change on waiting.id = change.id
    left join reconciliation.change_set as taker on change.change_set_id = taker.id
    where taker.lane is distinct from 'changes'
    order by change.id
    limit 1
) as one_of_them
