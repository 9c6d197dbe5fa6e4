-- Out: the drift by kind: how many client plans, reais a month; also of a kind that has none.
select
    kind.name as kind,
    count(distinct drift.client_plan_id) as client_plans,
    coalesce(sum(drift.amount), 0) as amount
from unnest(array['sold_not_active', 'active_not_billed', 'billed_not_active']) as kind (name)
left join reconciliation.drift as drift on kind.name = drift.kind
group by kind.name
order by kind.name
