-- In: plan; the temporary table pair. Notes the subscribers that nobody sold.
insert into reconciliation.unmanaged (plan_id, subscriber_uid, external_id)
select
    :plan,
    pair.uid,
    pair.external_id
from pair
where pair.client_plan_id is null
