-- In: for_due_date. Out: the first day after the due dates that may charge the same months as this one: in advance, in
-- arrears, or as an open month at most three months later. Immutable, as billing.charging_since.
create or replace function billing.charging_until(for_due_date date)
returns date
language sql immutable parallel safe
as $$
    select cast(date_trunc('month', cast(for_due_date as timestamp)) + interval '5 months' as date)
$$;
