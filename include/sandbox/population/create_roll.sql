-- Creates pg_temp.roll: a repeatable random number from 0 to sides - 1 for a question about a key. The same key and
-- question give the same number on any server; with no sides it is 0.
create or replace function pg_temp.roll(key bigint, question text, sides integer) returns integer
language sql immutable parallel safe
as $$
    select cast(
        mod(hashint8extended(key, hashtextextended(question, 0)) & 9223372036854775807, greatest(sides, 1)) as integer
    )
$$
