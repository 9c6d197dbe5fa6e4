-- Marks what no change set took as not announced, and wakes whoever listens if there is any: its event may have woken a
-- run that had already looked. Out: a row if so.
with untaken as (
    select change.id
    from reconciliation.pending_change as change
    where change.change_set_id is null
    for update skip locked
),

again as (
    update reconciliation.pending_change as change
    set announced_at = null
    from untaken
    where change.id = untaken.id
    returning change.id
)

select pg_notify('multitv_pending_change', '') as notified
from again
having count(*) > 0
