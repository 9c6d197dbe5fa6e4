-- In: due_date, listed (how many). Out: the plan fees of older months that the client plans due on it owe and that were
-- never billed, the dearest first, in reais; and how many there are in all, and their sum.
select
    open.client_plan_id,
    open.reference_month,
    open.owed as amount,
    count(*) over () as fees,
    sum(open.owed) over () as total
from billing.open_month as open
inner join billing.due_client_plan(:due_date) as plan on open.client_plan_id = plan.id
where open.package_id = 0 and open.reference_month < billing.month_of(:due_date)
order by open.owed desc, open.client_plan_id asc, open.reference_month asc
limit :listed
