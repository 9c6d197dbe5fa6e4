-- In: due_date. Out: what its processed charges are more than what the month owes: a row for each reason with the
-- number of packages of client plans, and the sum of the excess in reais. A processed event never changes, so a person
-- decides whether to reverse it, unless its policy adjusts.
select
    excess.reason,
    count(*) as events,
    sum(excess.amount) as amount
from billing.excess(:due_date) as excess
group by excess.reason
order by excess.reason
