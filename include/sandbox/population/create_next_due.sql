-- Creates pg_temp.next_due: the first date after `after` on a due day, which a shorter month moves to its last day.
create or replace function pg_temp.next_due(after date, due_day integer) returns date
language sql immutable parallel safe
as $$
    select min(due.falls_on)
    from (
        select
            cast(month.starts_on as date) - 1
            + least(due_day, cast(month.starts_on + interval '1 month' as date) - cast(month.starts_on as date))
            as falls_on
        from (
            values
                (date_trunc('month', cast(after as timestamp))),
                (date_trunc('month', cast(after as timestamp)) + interval '1 month')
        ) as month (starts_on)
    ) as due
    where due.falls_on > after
$$
