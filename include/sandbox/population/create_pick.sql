-- Creates pg_temp.pick: picks from a list by pg_temp.roll. An entry that is listed twice is picked twice as often.
create or replace function pg_temp.pick(key bigint, question text, list anycompatiblearray)
returns anycompatible
language sql immutable parallel safe
as $$
    select list[1 + pg_temp.roll(key, question, cardinality(list))]
$$
