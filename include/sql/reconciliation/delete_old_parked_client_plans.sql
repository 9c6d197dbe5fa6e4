-- In: change_set, client_plans (null: all). Deletes the parked contracts of earlier change sets that it records anew.
delete from reconciliation.parked_client_plan as parked
where
    parked.change_set_id < :change_set
    and (
        cast(:client_plans as bigint[]) is null
        or parked.client_plan_id = any(cast(:client_plans as bigint[]))
    )
