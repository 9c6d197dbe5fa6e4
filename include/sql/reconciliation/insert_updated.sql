-- Adds what staging_updates holds to the staging of the full runs. Out: how many subscribers that then has.
with parked as (
    insert into staging.parked_subscriber (client_plan_id, external_id, uid, reasons, macs)
    select
        updated.client_plan_id,
        updated.external_id,
        updated.uid,
        updated.reasons,
        updated.macs
    from staging_updates.parked_subscriber as updated
    returning uid
),

readable as (
    insert into staging.subscriber (
        client_plan_id, external_id, uid, first_name, last_name, status, services, live_until, devices, version
    )
    select
        updated.client_plan_id,
        updated.external_id,
        updated.uid,
        updated.first_name,
        updated.last_name,
        updated.status,
        updated.services,
        updated.live_until,
        updated.devices,
        updated.version
    from staging_updates.subscriber as updated
    returning uid
)

-- What is inserted here is not seen by the other parts of the statement.
select
    (select count(*) from staging.subscriber)
    + (select count(*) from staging.parked_subscriber)
    + (select count(*) from readable)
    + (select count(*) from parked)
