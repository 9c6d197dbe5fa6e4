-- Parks the subscribers that share the external_id of a client plan, all but the one whose uid is recorded for it,
-- which keeps the place of the client plan's subscriber.
with repeated as (
    select actual.client_plan_id
    from subscriber as actual
    where actual.client_plan_id is not null
    group by actual.client_plan_id
    having count(*) > 1
),

another as (
    delete from subscriber as actual
    using repeated
    left join desired_subscriber as desired on repeated.client_plan_id = desired.client_plan_id
    where
        actual.client_plan_id = repeated.client_plan_id
        and reconciliation.folded_uid(actual.uid)
        is distinct from reconciliation.folded_uid(desired.recorded_uid)
    returning actual.client_plan_id, actual.external_id, actual.uid, actual.devices
)

insert into parked_subscriber (client_plan_id, external_id, uid, reasons, macs)
select
    another.client_plan_id,
    another.external_id,
    another.uid,
    jsonb_build_array(jsonb_build_object('code', 'external_id_repeated', 'parameters', jsonb_build_object())),
    array(select jsonb_object_keys(another.devices))
from another
