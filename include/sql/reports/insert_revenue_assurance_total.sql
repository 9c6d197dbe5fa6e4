-- Sums the drift of the last measuring by kind; also a kind of which there is none. Nothing if it was never measured.
insert into dashboard.drift (kind, client_plans, amount)
select
    kind.name,
    count(distinct drift.client_plan_id) as client_plans,
    coalesce(sum(drift.amount), 0) as amount
from unnest(array['sold_not_active', 'active_not_billed', 'billed_not_active']) as kind (name)
left join reconciliation.drift as drift on kind.name = drift.kind
where exists (select 1 from reconciliation.drift_measured)
group by kind.name
