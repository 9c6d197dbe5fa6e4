-- In: again_after, seconds; at_most. Marks what waits as announced, once each, and anew if no run has taken it for so
-- long. Out: how many. Rows that are being taken are left alone.
with due as (
    select change.id
    from reconciliation.pending_change as change
    where
        change.id in (
            select waiting.id
            from reconciliation.waiting_change() as waiting
            where
                waiting.announced_at is null
                or waiting.announced_at < now() - make_interval(secs => :again_after)
            order by waiting.id
            limit :at_most
        )
    for update skip locked
),

announced as (
    update reconciliation.pending_change as change
    set announced_at = now()
    from due
    where change.id = due.id
    returning change.id
)

select count(*) as announced
from announced
