-- In: change_set. Deletes the parked contracts of earlier change sets: each change set records them again.
delete from reconciliation.parked_client_plan
where parked_client_plan.change_set_id < :change_set
