-- In: two spans of days [since, until) and [opening, closing); until null means for ever. Out: how many days they
-- share, at least 0.
create or replace function billing.days_within(since date, until date, opening date, closing date)
returns integer
language sql immutable parallel safe
as $$
    select greatest(0, least(coalesce(until, closing), closing) - greatest(since, opening))
$$;
