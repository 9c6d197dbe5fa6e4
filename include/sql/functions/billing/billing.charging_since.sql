-- In: for_due_date. Out: the first due date that may charge the same months as this one, since months are charged in
-- advance or in arrears. Immutable, so that a condition on it names the partitions when a statement is planned.
create or replace function billing.charging_since(for_due_date date)
returns date
language sql immutable parallel safe
as $$
    select billing.month_before(for_due_date)
$$;
