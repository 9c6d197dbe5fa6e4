-- Sums the discrepancies that were last measured by kind; a kind without any gets a row of zeros. Inserts nothing if
-- they were never measured.
insert into reports.discrepancy_total (kind, client_plans, amount)
select
    kind.name,
    count(distinct discrepancy.client_plan_id) as client_plans,
    coalesce(sum(discrepancy.amount), 0) as amount
from unnest(array['sold_not_active', 'active_not_billed', 'billed_not_active']) as kind (name)
left join reports.discrepancy on kind.name = discrepancy.kind
where exists (select 1 from reports.discrepancy_measured)
group by kind.name
