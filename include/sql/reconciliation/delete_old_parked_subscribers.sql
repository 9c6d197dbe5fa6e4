-- In: change_set. Deletes the parked subscribers that it records anew: all, or those of its one client plan.
delete from reconciliation.parked_subscriber as parked
using reconciliation.change_set as made
where
    made.id = :change_set
    and parked.change_set_id <= made.id
    and (made.only_client_plan_id is null or parked.client_plan_id = made.only_client_plan_id)
