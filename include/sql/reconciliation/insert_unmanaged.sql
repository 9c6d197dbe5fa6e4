-- In: change_set; the temporary table pair; after the parked contracts. Records the subscribers that no contract
-- accounts for.
insert into reconciliation.unmanaged (change_set_id, subscriber_uid, external_id)
select
    :change_set,
    pair.uid,
    pair.external_id
from pair
where
    pair.client_plan_id is null
    and not exists (
        select from reconciliation.parked_client_plan as parked
        where parked.change_set_id = :change_set and cast(parked.client_plan_id as text) = btrim(pair.external_id)
    )
    and not exists (
        select from reconciliation.parked_client_plan as parked
        where parked.change_set_id = :change_set and parked.client_plan_id = pair.recorded_for
    )
