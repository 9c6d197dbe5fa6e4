-- In: the platform's uid of anything. Out: the form in which two uids are compared.
create or replace function reconciliation.folded_uid(written text)
returns text
language sql immutable parallel safe
as $$
    select lower(btrim(written) collate "pg_c_utf8")
$$;
