-- In: change_set, shown. Out: some of the parked subscribers of a change set, those of client plans first, and how many
-- there are.
select
    parked.client_plan_id,
    parked.subscriber_uid,
    parked.external_id,
    parked.reasons,
    count(*) over () as found
from reconciliation.parked_subscriber as parked
where parked.change_set_id = :change_set
order by parked.client_plan_id is null, parked.id
limit :shown
