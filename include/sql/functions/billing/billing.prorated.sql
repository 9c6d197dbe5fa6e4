-- In: the price of a whole month of `denominator` days, the days to charge, the price times the days of the segments
-- before them, and how a policy rounds. Out: the amount. The only place where an amount is rounded: the month's sum,
-- once, half up or down to the centavo. The segments before are taken into account so that they add up to it.
create or replace function billing.prorated(
    price numeric, value_before numeric, days integer, denominator integer, rounding text
)
returns numeric
language sql immutable parallel safe
as $$
    select
        case rounding
            when 'down'
                then trunc((value_before + price * days) / denominator, 2) - trunc(value_before / denominator, 2)
            else round((value_before + price * days) / denominator, 2) - round(value_before / denominator, 2)
        end
$$;
