-- In: change_set, uid_field (the name of the extra field); the temporary table pair. Records the subscribers that are
-- left alone, each with its reasons, a row for each client plan that waits with it: those that cannot be read, and
-- those whose external_id says another than the record. Of one client plan only, the rows of others stay as they are.
with unreadable as (
    select
        subscriber.uid,
        subscriber.external_id,
        subscriber.reasons,
        desired.client_plan_id as by_external_id,
        recorded.client_plan_id as by_record
    from parked_subscriber as subscriber
    left join desired_subscriber as desired on subscriber.client_plan_id = desired.client_plan_id
    left join pair as recorded
        on
            recorded.parked
            and reconciliation.folded_uid(subscriber.uid) = reconciliation.folded_uid(recorded.recorded_uid)
),

-- Subscribers with the external_id of a client plan for which another is recorded, or that are recorded for another.
disputed as (
    select
        pair.client_plan_id,
        other.uid,
        other.external_id
    from pair
    inner join subscriber as other on pair.client_plan_id = other.client_plan_id
    where
        pair.parked
        and reconciliation.folded_uid(other.uid) is distinct from reconciliation.folded_uid(pair.uid)
),

listed as (
    select
        coalesce(unreadable.by_record, unreadable.by_external_id) as client_plan_id,
        unreadable.uid,
        unreadable.external_id,
        unreadable.reasons
    from unreadable
    union
    select
        unreadable.by_external_id,
        unreadable.uid,
        unreadable.external_id,
        unreadable.reasons
    from unreadable
    where unreadable.by_external_id is not null
    union
    select
        coalesce(pair.client_plan_id, pair.recorded_for),
        pair.uid,
        pair.external_id,
        jsonb_build_array(jsonb_build_object('code', 'external_id_edited', 'parameters', jsonb_build_object()))
    from pair
    where
        pair.uid is not null
        and btrim(pair.external_id) is distinct from cast(coalesce(pair.client_plan_id, pair.recorded_for) as text)
        and (
            pair.parked
            or (
                pair.client_plan_id is null
                and pair.recorded_for in (
                    select parked.client_plan_id
                    from reconciliation.parked_client_plan as parked
                    where parked.change_set_id = :change_set
                )
            )
        )
    union
    select
        disputed.client_plan_id,
        disputed.uid,
        disputed.external_id,
        jsonb_build_array(jsonb_build_object('code', 'external_id_against_record', 'parameters', jsonb_build_object()))
    from disputed
    union
    select
        field.client_plan_id,
        disputed.uid,
        disputed.external_id,
        jsonb_build_array(jsonb_build_object('code', 'external_id_edited', 'parameters', jsonb_build_object()))
    from disputed
    inner join tv.client_extra_field as field
        on reconciliation.folded_uid(disputed.uid) = reconciliation.folded_uid(field.value)
    where field.name = :uid_field and field.client_plan_id <> disputed.client_plan_id
)

insert into reconciliation.parked_subscriber (change_set_id, client_plan_id, subscriber_uid, external_id, reasons)
select
    :change_set,
    listed.client_plan_id,
    listed.uid,
    listed.external_id,
    listed.reasons
from listed
where not exists (
    select from reconciliation.parked_subscriber as known
    where known.client_plan_id = listed.client_plan_id and known.subscriber_uid = listed.uid
)
