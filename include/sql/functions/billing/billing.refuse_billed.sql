-- Trigger on tv.client_package: refuses to delete a package that was billed. Events have no foreign key to it (see
-- billing.require_keys); this is the other side of that key. As the owner, whoever deletes.
create or replace function billing.refuse_billed()
returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
begin
    -- On a table of somebody else's, the columns could be of types whose casts would run as the owner.
    if tg_relid <> 'tv.client_package'::regclass then
        raise exception 'this trigger is for tv.client_package' using errcode = 'restrict_violation';
    end if;
    -- Every saving transaction writes its run before it lists anything, so none is under way while the lock is held.
    lock table billing.run in share mode;
    if exists (select from billing.event_of(old.id, old.added_on)) then
        raise exception 'client package % was billed', old.id
            using errcode = 'foreign_key_violation', constraint = 'event_client_package_id_fkey';
    end if;
    return old;
end
$$;
