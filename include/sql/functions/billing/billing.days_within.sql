-- In: since and until (until excluded; null: for ever), opening and closing (closing excluded). Out: how many days the
-- two spans share, at least 0.
create or replace function billing.days_within(since date, until date, opening date, closing date)
returns integer
language sql immutable parallel safe
as $$
    select greatest(0, least(coalesce(until, closing), closing) - greatest(since, opening))
$$;
