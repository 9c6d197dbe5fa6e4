-- Out: how many subscribers of the platform the last full reconciliation leaves alone, and how many contracts wait with
-- them.
select
    '' as key,
    jsonb_build_object('subscribers', count(*)) as parameters,
    count(distinct parked.client_plan_id) as client_plans,
    cast(null as numeric) as amount
from reconciliation.parked_subscriber as parked
where parked.change_set_id = (select max(last.change_set_id) from reconciliation.parked_subscriber as last)
having count(*) > 0
