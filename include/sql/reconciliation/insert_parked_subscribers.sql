-- In: change_set; the temporary table pair. Records the subscribers that are left alone, each with its reasons and the
-- client plan that waits with it: those that cannot be read, and those whose external_id says another than the record.
insert into reconciliation.parked_subscriber (change_set_id, client_plan_id, subscriber_uid, external_id, reasons)
select
    :change_set,
    coalesce(recorded.client_plan_id, desired.client_plan_id),
    subscriber.uid,
    subscriber.external_id,
    subscriber.reasons
from staging.parked_subscriber as subscriber
left join staging.desired_subscriber as desired on subscriber.client_plan_id = desired.client_plan_id
left join pair as recorded
    on
        recorded.parked
        and reconciliation.folded_uid(subscriber.uid) = reconciliation.folded_uid(recorded.recorded_uid)
union all
select
    :change_set,
    pair.client_plan_id,
    pair.uid,
    pair.external_id,
    jsonb_build_array(jsonb_build_object('code', 'external_id_edited', 'parameters', jsonb_build_object()))
from pair
where
    pair.parked
    and pair.uid is not null
    and btrim(pair.external_id) is distinct from cast(pair.client_plan_id as text)
union all
select
    :change_set,
    pair.client_plan_id,
    other.uid,
    other.external_id,
    jsonb_build_array(jsonb_build_object('code', 'external_id_against_record', 'parameters', jsonb_build_object()))
from pair
inner join staging.subscriber as other on pair.client_plan_id = other.client_plan_id
where
    pair.parked
    and reconciliation.folded_uid(other.uid) is distinct from reconciliation.folded_uid(pair.uid)
