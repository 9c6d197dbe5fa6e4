-- In: a client package and a price in reais. Out: one number for both, to look up in an array.
create or replace function billing.price_key(of_client_package bigint, of_price numeric)
returns numeric
language sql immutable parallel safe
as $$
    select of_client_package * cast(10000000000 as numeric) + of_price
$$;
