-- In: author, allowed (reveals an hour). Out: when the person, who was shown so many within the last hour, may be shown
-- another PIN, and in how many seconds; no row: now. By the clock of the database, which also dates the reveals.
select
    reached.revealed_at + interval '1 hour' as again_at,
    cast(
        ceil(extract(epoch from reached.revealed_at + interval '1 hour' - clock_timestamp())) as integer
    ) as seconds
from (
    select reveal.revealed_at
    from tv.pin_reveal as reveal
    where tv.person(reveal.author) = tv.person(:author)
    order by reveal.revealed_at desc
    limit 1 offset (:allowed - 1)
) as reached
where reached.revealed_at > clock_timestamp() - interval '1 hour'
