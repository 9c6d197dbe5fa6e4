-- In: plan, shown. Out: some of the subscribers that nobody sold.
select
    unmanaged.subscriber_uid,
    coalesce(unmanaged.external_id, '') as external_id
from reconciliation.unmanaged
where unmanaged.plan_id = :plan
order by unmanaged.subscriber_uid
limit :shown
