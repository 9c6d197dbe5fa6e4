-- Out: the uids of subscribers that may have to be read anew although they did not change: parked ones, null if it is
-- not known, and those of which a service has ended since. Without those that are in staging_updates.
select aged.uid
from (
    select parked.uid from staging.parked_subscriber as parked
    union
    select subscriber.uid from staging.subscriber
    where subscriber.live_until <= now()
) as aged
where
    not exists (
        select 1 from staging_updates.subscriber as updated
        where updated.uid = aged.uid
    )
    and not exists (
        select 1 from staging_updates.parked_subscriber as updated
        where updated.uid = aged.uid
    )
