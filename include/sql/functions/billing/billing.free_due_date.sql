-- In: of_client_plan; day, the day of the month on which it is due; since. Out: its first due date from that day on of
-- which it has no invoice. A day past the end of a month is the month's last.
create or replace function billing.free_due_date(of_client_plan bigint, day integer, since date)
returns date
language sql stable
as $$
    select due.date
    from (
        select
            cast(
                least(
                    month.first + make_interval(days => day - 1), month.first + interval '1 month' - interval '1 day'
                ) as date
            ) as date
        from (
            select date_trunc('month', cast(since as timestamp)) + make_interval(months => ahead.months) as first
            from generate_series(0, 60) as ahead (months)
        ) as month
    ) as due
    where
        due.date >= since
        and not exists (
            select
            from finance.invoice
            where invoice.client_plan_id = of_client_plan and invoice.due_date = due.date
        )
    order by due.date
    limit 1
$$;
