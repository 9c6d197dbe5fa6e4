-- In: uids. Out: each once, in the form in which they are compared, in order.
create or replace function reconciliation.folded_uids(written text[])
returns text[]
language sql immutable parallel safe
as $$
    select coalesce(array_agg(distinct reconciliation.folded_uid(entry.uid)), '{}')
    from unnest(written) as entry (uid)
$$;
