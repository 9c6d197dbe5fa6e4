-- Trigger on reconciliation.pending_change: wakes whoever listens, once a statement, when the transaction is committed.
-- Only a wake-up: what waits is in the table.
create or replace function reconciliation.notify_pending_change() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform pg_notify('multitv_pending_change', '');
    return null;
end
$$;
