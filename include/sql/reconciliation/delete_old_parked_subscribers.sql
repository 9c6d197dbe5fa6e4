-- In: change_set, client_plans (null: all). Deletes the parked subscribers that it records anew.
delete from reconciliation.parked_subscriber as parked
where
    parked.change_set_id <= :change_set
    and (
        cast(:client_plans as bigint[]) is null
        or parked.client_plan_id = any(cast(:client_plans as bigint[]))
    )
