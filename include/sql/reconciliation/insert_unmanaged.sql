-- In: change_set; the temporary table pair. Records the subscribers that no contract accounts for.
insert into reconciliation.unmanaged (change_set_id, subscriber_uid, external_id)
select
    :change_set,
    pair.uid,
    pair.external_id
from pair
where pair.client_plan_id is null
