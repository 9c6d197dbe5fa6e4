-- In: change_set, client_plans, all of them locked; uid_field and pin_field (the names of the two extra fields). Out:
-- for each operation that is left and makes a PIN: its client plan and number; recorded_uid, the subscriber whose PIN
-- is recorded for the operation's client by now, if there is one; pin_results, how many operations that make a PIN of
-- the client plan have a result.
select
    operation.client_plan_id,
    operation.number,
    case
        when pin.value is not null and coalesce(pin.client_id <> operation.client_id, false) is false then uid.value
    end as recorded_uid,
    (
        select count(*)
        from reconciliation.operation as done
        where
            done.client_plan_id = operation.client_plan_id
            and done.action in ('create', 'recover_pin')
            and done.status in ('applied', 'rejected')
    ) as pin_results
from reconciliation.operation
left join tv.client_extra_field as uid
    on operation.client_plan_id = uid.client_plan_id and uid.name = :uid_field
left join tv.client_extra_field as pin
    on operation.client_plan_id = pin.client_plan_id and pin.name = :pin_field
where
    operation.change_set_id = :change_set
    and operation.client_plan_id = any(:client_plans)
    and operation.status = 'planned'
    and operation.action in ('create', 'recover_pin')
