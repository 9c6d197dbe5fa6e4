-- In: of_month, its first day; due_day, 1 to 31 or null. Out: the date of that day in the month, or the month's last
-- day; null for null.
create or replace function billing.day_in(of_month date, due_day integer)
returns date
language sql immutable parallel safe
as $$
    select
        case
            when due_day between 1 and 31
                then least(of_month + due_day - 1, cast(of_month + interval '1 month' as date) - 1)
        end
$$;
