-- In: a day. Out: the first day of its month. Immutable, so that a condition on it names the partitions when a
-- statement is planned.
create or replace function billing.month_of(a_day date)
returns date
language sql immutable parallel safe
as $$
    select cast(date_trunc('month', cast(a_day as timestamp)) as date)
$$;
