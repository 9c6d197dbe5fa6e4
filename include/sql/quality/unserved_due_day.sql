-- In: due_days, the ISP's. Out: each due day of active client plans that the schedule does not serve, so that they are
-- billed only where a month's end moves them to a day that it serves.
select
    'due day ' || plan.due_day || ' is not in MULTITV_DUE_DAYS, ' || count(*) || ' active client plans have it'
        as offender
from erp.client_plan as plan
where plan.status = 'active' and plan.due_day between 1 and 31 and plan.due_day <> all(:due_days)
group by plan.due_day
order by plan.due_day
