-- In: an amount. Out: reais as a Brazilian reads them: R$ 1.234,56.
create or replace function billing.reais(amount numeric)
returns text
language sql immutable parallel safe
as $$
    select 'R$ ' || translate(to_char(amount, 'FM999,999,999,990.00'), ',.', '.,')
$$;
