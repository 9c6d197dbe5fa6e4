-- Out: what a person who was erased is called, where a name has to stand.
create or replace function privacy.erased_name()
returns text
language sql immutable parallel safe
as $$
    select 'Titular removido'
$$;
