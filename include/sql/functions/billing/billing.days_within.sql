-- In: two spans of days [since, until) and [opening, closing); until null means for ever; infinity is a day. Out: how
-- many days they share, at least 0.
create or replace function billing.days_within(since date, until date, opening date, closing date)
returns integer
language sql immutable parallel safe
as $$
    select greatest(
        0, greatest(least(coalesce(until, closing), closing), opening) - least(greatest(since, opening), closing)
    )
$$;
