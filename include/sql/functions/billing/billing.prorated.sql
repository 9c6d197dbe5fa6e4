-- In: the price of a whole month of `denominator` days, the days to charge, and the days before them that are charged
-- apart. Out: the amount. The only place where an amount is rounded: once, half up. The days before are taken into
-- account so that the parts of a split month always add up to its whole price.
create or replace function billing.prorated(price numeric, days_before integer, days integer, denominator integer)
returns numeric
language sql immutable parallel safe
as $$
    select round(price * (days_before + days) / denominator, 2) - round(price * days_before / denominator, 2)
$$;
