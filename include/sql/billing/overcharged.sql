-- In: due_date. Out: what is processed although today's list would not charge it: why, how many, their amount. A
-- processed event never changes; each of these is for a person to look at and, if it should not have been, to reverse.
select
    coalesce(judged.exclusion, 'not_due') as reason,
    count(*) as events,
    sum(event.amount) as amount
from billing.processed_charge(:due_date) as event
left join billing.judged(:due_date) as judged on event.client_package_id = judged.client_package_id
where judged.client_package_id is null or judged.exclusion is not null
group by coalesce(judged.exclusion, 'not_due')
order by reason
