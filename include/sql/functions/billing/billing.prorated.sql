-- In: the price of a whole month of `denominator` days, the days to charge, and the days before them that are charged
-- apart. Out: the amount. The one place where an amount is rounded: half up, once. By the days that went before, so
-- that the parts of a month that was split always add up to what the whole would have cost.
create or replace function billing.prorated(price numeric, days_before integer, days integer, denominator integer)
returns numeric
language sql immutable parallel safe
as $$
    select round(price * (days_before + days) / denominator, 2) - round(price * days_before / denominator, 2)
$$;
