-- Out: the discrepancies by kind: how many client plans, reais a month; a kind without any has zeros.
select
    kind.name as kind,
    count(distinct discrepancy.client_plan_id) as client_plans,
    coalesce(sum(discrepancy.amount), 0) as amount
from unnest(array['sold_not_active', 'active_not_billed', 'billed_not_active']) as kind (name)
left join reports.discrepancy on kind.name = discrepancy.kind
group by kind.name
order by kind.name
