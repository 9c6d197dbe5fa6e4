-- In: due_date. Out: the packages of client plans that owe more by now for the months of which it processed charges:
-- their number, and the sum of what is left in reais.
select
    count(*) as count,
    coalesce(sum(shortfall.owed - shortfall.charged), 0) as amount
from billing.shortfall(:due_date) as shortfall
where
    (shortfall.client_plan_id, shortfall.package_id, shortfall.reference_month) in (
        select
            event.client_plan_id,
            event.package_id,
            event.reference_month
        from billing.processed_charge(:due_date) as event
    )
