-- In: uid_field, pin_field, client_plan (one, or null for all). Updates the recorded uid and PIN of the desired
-- subscribers in staging. Out: how many the platform should serve.
with fresh as (
    update desired_subscriber as desired
    set
        recorded_uid = recorded.value,
        has_pin = pin.value is not null and reconciliation.pin_is_of(pin.client_id, desired.client_id)
    from desired_subscriber as same
    left join tv.client_extra_field as recorded
        on same.client_plan_id = recorded.client_plan_id and recorded.name = :uid_field
    left join tv.client_extra_field as pin
        on same.client_plan_id = pin.client_plan_id and pin.name = :pin_field
    where
        desired.client_plan_id = same.client_plan_id
        and (cast(:client_plan as bigint) is null or desired.client_plan_id = cast(:client_plan as bigint))
        and (desired.recorded_uid, desired.has_pin) is distinct from (
            recorded.value, pin.value is not null and reconciliation.pin_is_of(pin.client_id, desired.client_id)
        )
    returning desired.client_plan_id
)

select count(*) as desired
from desired_subscriber as desired
where desired.status <> 'INACTIVE'
