-- Out: whether a change waits that no change set took.
select count(*) > 0 as untaken
from (
    select from reconciliation.pending_change as change
    where change.change_set_id is null
    order by change.id
    limit 1
) as first_one
