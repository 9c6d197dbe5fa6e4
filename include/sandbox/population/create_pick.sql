-- Makes pg_temp.pick: one of a list, by a throw of pg_temp.roll; what is in the list twice is picked twice as often.
create or replace function pg_temp.pick(key bigint, question text, list anycompatiblearray)
returns anycompatible
language sql immutable parallel safe
as $$
    select list[1 + pg_temp.roll(key, question, cardinality(list))]
$$
