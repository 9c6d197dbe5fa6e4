-- In: of_correction. Out: that correction, if it reversed or voided its event and nobody decided on it again; or no
-- row.
create or replace function billing.last_correction(of_correction bigint)
returns setof billing.correction
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select last.*
    from billing.correction as last
    where
        last.id = of_correction
        and last.action <> 'take_back'
        and not exists (
            select from billing.correction as later
            where later.event_id = last.event_id and later.id > last.id
        )
$$;
