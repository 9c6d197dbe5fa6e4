-- In: today. Out: the next date on which an active client plan falls due, today included; null if there is none.
-- A due day past the end of a month falls on the month's last day.
select min(due.falls_on) as due_date
from (
    select
        cast(month.starts_on as date) - 1
        + least(plan.due_day, cast(month.starts_on + interval '1 month' as date) - cast(month.starts_on as date))
            as falls_on
    from (
        select distinct client_plan.due_day from erp.client_plan
        where client_plan.status = 'active'
    ) as plan
    cross join (
        values
        (date_trunc('month', cast(:today as timestamp))),
        (date_trunc('month', cast(:today as timestamp)) + interval '1 month')
    ) as month (starts_on)
) as due
where due.falls_on >= cast(:today as date)
