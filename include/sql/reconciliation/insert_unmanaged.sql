-- In: change_set; the temporary table pair; after the parked contracts. Records the subscribers that no contract
-- accounts for: of a full run only, because others read subscribers of client plans that they do not look at.
insert into reconciliation.unmanaged (change_set_id, subscriber_uid, external_id)
select
    :change_set,
    pair.uid,
    pair.external_id
from pair
where
    pair.client_plan_id is null
    and exists (
        select from reconciliation.change_set
        where change_set.id = :change_set and change_set.lane = 'full'
    )
    and not exists (
        select from reconciliation.parked_client_plan as parked
        where parked.change_set_id = :change_set and cast(parked.client_plan_id as text) = btrim(pair.external_id)
    )
    and not exists (
        select from reconciliation.parked_client_plan as parked
        where parked.change_set_id = :change_set and parked.client_plan_id = pair.recorded_for
    )
