-- In: first_of, a due date. Out: the number before that of its first event: numbers of 2026-12-10 start at
-- 2026121000000001.
create or replace function billing.number_before(first_of date)
returns bigint
language sql immutable parallel safe
as $$
    select (
        extract(year from first_of) * 10000 + extract(month from first_of) * 100 + extract(day from first_of)
    )::bigint * 100000000
$$;
