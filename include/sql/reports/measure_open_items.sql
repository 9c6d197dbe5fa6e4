-- Out: what waits for somebody, as tv_dashboard counted it last, by kind; a kind without any has zeros, and there is no
-- row if nothing was ever counted.
select
    kind.name as kind,
    coalesce(sum(item.items), 0) as items,
    coalesce(sum(item.amount), 0) as amount
from
    unnest(
        array['overdue_charges', 'waiting_credits', 'payouts', 'carried_charges', 'open_months', 'excess_charges']
    ) as kind (name)
left join reports.open_item as item on kind.name = item.kind
where 'open_item' in (select refresh.figure from reports.refresh)
group by kind.name
order by kind.name
