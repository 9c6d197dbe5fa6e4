-- In: due_date. Out: the processed charges that today's list would not make: a row for each reason with their number
-- and their sum in reais. A processed event never changes, so a person decides whether to reverse it.
select
    coalesce(listed.exclusion, 'not_due') as reason,
    count(*) as events,
    sum(event.amount) as amount
from billing.processed_charge(:due_date) as event
left join billing.due(:due_date) as listed on event.client_package_id = listed.client_package_id
where
    (listed.client_package_id is null or listed.exclusion is not null)
    -- A row of the ERP that is wrong is no reason to give anything back.
    and not exists (
        select 1
        from billing.parked_client_plan(:due_date) as parked
        where parked.id = event.client_plan_id
    )
group by coalesce(listed.exclusion, 'not_due')
order by reason
