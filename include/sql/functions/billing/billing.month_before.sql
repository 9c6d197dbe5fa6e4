-- In: a day. Out: the first day of the month before its own. Immutable, as billing.month_of.
create or replace function billing.month_before(a_day date)
returns date
language sql immutable parallel safe
as $$
    select cast(date_trunc('month', cast(a_day as timestamp)) - interval '1 month' as date)
$$;
