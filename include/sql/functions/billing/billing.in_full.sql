-- In: days and segment of a charge, and its amount less what was given back. Out: whether it charges the month in
-- full: not by days (null), no difference (segment 0), and not given back whole.
create or replace function billing.in_full(of_days integer, of_segment integer, rest numeric)
returns boolean
language sql immutable parallel safe
as $$
    select of_days is null and of_segment > 0 and rest > 0
$$;
