-- In: uids. Deletes from the staging of the full runs what staging_updates replaces, and the subscribers of these uids.
with updated as (
    select subscriber.uid from staging_updates.subscriber
    union
    select parked.uid from staging_updates.parked_subscriber as parked
    where parked.uid is not null
    union
    select gone.uid from unnest(cast(:uids as text[])) as gone (uid)
),

parked as (
    delete from staging.parked_subscriber as parked
    using updated
    where parked.uid = updated.uid
),

held as (
    delete from staging.subscriber_snapshot
)

delete from staging.subscriber
using updated
where subscriber.uid = updated.uid
