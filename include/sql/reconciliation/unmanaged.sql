-- In: change_set, shown. Out: some of the subscribers that no contract accounts for.
select
    unmanaged.subscriber_uid,
    coalesce(unmanaged.external_id, '') as external_id
from reconciliation.unmanaged
where unmanaged.change_set_id = :change_set
order by unmanaged.subscriber_uid
limit :shown
