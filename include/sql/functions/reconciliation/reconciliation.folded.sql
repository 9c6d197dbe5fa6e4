-- In: a text. Out: the form in which a text of ours and one of the platform's are compared: without case, white space
-- at its ends, or accents written in two ways; empty for null.
create or replace function reconciliation.folded(written text)
returns text
language sql immutable parallel safe
as $$
    select lower(normalize(reconciliation.single_spaced(coalesce(written, '')), nfc) collate "pg_c_utf8")
$$;
