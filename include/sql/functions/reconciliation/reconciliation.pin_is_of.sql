-- In: for whom a recorded PIN was made (null: not known; 0: nobody, because it may have been rotated away), and the
-- client of its contract (null: not known). Out: whether it is the PIN of that client.
create or replace function reconciliation.pin_is_of(made_for bigint, of_client bigint)
returns boolean
language sql immutable parallel safe
as $$
    select (made_for <> 0 and made_for = of_client) is not false
$$;
