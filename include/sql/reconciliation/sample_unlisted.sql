-- In: size. Out: the uids of some subscribers of the full runs' staging that are not in staging_updates, by chance.
select subscriber.uid
from staging.subscriber
where
    subscriber.ctid in (
        select sampled.ctid from staging.subscriber as sampled
        order by random()
        limit :size
    )
    and not exists (
        select 1 from staging_updates.subscriber as updated
        where updated.uid = subscriber.uid
    )
