-- In: change_set, client_plans, all of them locked; uid_field and pin_field (the names of the two extra fields). Out:
-- for each operation that is left and makes a PIN: its client plan and number; recorded_uid, the subscriber whose PIN
-- is recorded for the operation's client by now, if there is one; pins_before, how many times all rotations of the
-- client plan that were sent have been answered.
-- A PIN that is recorded otherwise is nobody's (client 0) from now on: if the answer to the rotation is lost, it is
-- wrong, even if the contract returns to the client for whom it was made.
with making as (
    select
        operation.client_plan_id,
        operation.number,
        case
            when pin.value is not null and reconciliation.pin_is_of(pin.client_id, operation.client_id) then uid.value
        end as recorded_uid
    from reconciliation.operation
    left join tv.client_extra_field as uid
        on operation.client_plan_id = uid.client_plan_id and uid.name = :uid_field
    left join tv.client_extra_field as pin
        on operation.client_plan_id = pin.client_plan_id and pin.name = :pin_field
    where
        operation.change_set_id = :change_set
        and operation.client_plan_id = any(cast(:client_plans as bigint[]))
        and operation.status = 'planned'
        and operation.action in ('create', 'recover_pin')
),

doubted as (
    update tv.client_extra_field as pin
    set client_id = 0
    from making
    where making.recorded_uid is null and pin.client_plan_id = making.client_plan_id and pin.name = :pin_field
)

select
    making.client_plan_id,
    making.number,
    making.recorded_uid,
    (
        select count(*)
        from reconciliation.operation as done
        where
            done.client_plan_id = making.client_plan_id
            and done.action in ('create', 'recover_pin')
            and (
                (done.status = 'applied' and done.outcome_code is null)
                or (done.status = 'rejected' and done.outcome_code = 'pin_not_received')
            )
    ) as pins_before
from making
