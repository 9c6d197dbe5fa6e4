-- Makes pg_temp.roll: a die of so many sides, from 0, thrown for one question about one key. The same key and
-- question give the same answer for ever, on any server; a die without sides shows 0.
create or replace function pg_temp.roll(key bigint, question text, sides integer) returns integer
language sql immutable parallel safe
as $$
    select cast(
        mod(hashint8extended(key, hashtextextended(question, 0)) & 9223372036854775807, greatest(sides, 1)) as integer
    )
$$
