-- Waits for billing runs that are being saved, and makes the next ones wait until the transaction ends: each writes its
-- row of billing.run before it lists anything. So no run charges a client package that was deleted after it was listed.
-- As the owner, because such a lock takes a right to change runs.
create or replace function billing.lock_runs()
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    lock table billing.run in share mode;
end
$$;
