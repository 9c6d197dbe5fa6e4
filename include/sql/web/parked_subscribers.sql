-- In: after (the last row's id, or null), size. Out: a page of the platform's subscribers that the reconciliation
-- leaves alone.
select
    parked.id,
    parked.client_plan_id,
    parked.subscriber_uid,
    parked.external_id,
    parked.reasons
from reconciliation.parked_subscriber as parked
where parked.id > coalesce(cast(:after as bigint), 0)
order by parked.id
limit :size
