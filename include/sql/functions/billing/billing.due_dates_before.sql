-- In: for_due_date. Out: the due dates of the month before on which its due days fell: one, unless the months' lengths
-- part them. Immutable, so that a condition on it names the partitions when a statement is planned.
create or replace function billing.due_dates_before(for_due_date date)
returns date[]
language sql immutable parallel safe
as $$
    select array_agg(distinct billing.day_in(billing.month_before(for_due_date), due_day))
    from generate_series(1, 31) as due_day
    where billing.day_in(billing.month_of(for_due_date), due_day) = for_due_date
$$;
