-- Out: how many subscribers of the platform reconciliations leave alone, and how many contracts wait with
-- them.
select
    '' as key,
    jsonb_build_object(
        'subscribers', count(distinct coalesce(parked.subscriber_uid, cast(parked.id as text)))
    ) as parameters,
    count(distinct parked.client_plan_id) as client_plans,
    cast(null as numeric) as amount
from reconciliation.parked_subscriber as parked
having count(*) > 0
