-- In: due_days, the ISP's. Out: each due day of active client plans with TV extras that no schedule serves, with how
-- many they are and what they owe a month by the prices of today: they are never billed unless a person does.
select
    case
        when day.due_day between 1 and 31 then 'due day ' || day.due_day || ' is not in MULTITV_DUE_DAYS'
        else 'due day ' || coalesce(cast(day.due_day as text), 'null') || ' does not exist'
    end
    || ': ' || day.clients || ' clients with ' || day.extras || ' TV extras, R$ ' || day.amount || ' a month'
        as offender
from billing.unserved_due_day(cast(:due_days as integer[])) as day
order by day.amount desc, day.due_day asc
