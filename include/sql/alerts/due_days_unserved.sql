-- In: due_days, the ISP's. Out: the due days that no schedule bills and that active contracts with extras have (null: a
-- contract has none), with what is sold to these in reais a month.
select
    '' as key,
    jsonb_build_object('due_days', array_agg(day.due_day order by day.due_day)) as parameters,
    sum(day.client_plans) as client_plans,
    sum(day.amount) as amount
from billing.unserved_due_day(cast(:due_days as integer[])) as day
having count(*) > 0
