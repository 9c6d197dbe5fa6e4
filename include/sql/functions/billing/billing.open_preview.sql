-- Makes the table billing.preview_incoming, with the columns of billing.preview_line and without keys, which the caller
-- may fill until billing.attach_preview takes it. Runs as the owner of the tables.
create or replace function billing.open_preview()
returns void language plpgsql
security definer set search_path = pg_catalog, pg_temp
as $$
begin
    create unlogged table billing.preview_incoming (like billing.preview_line including constraints);
    if session_user <> current_user then
        grant select, insert on billing.preview_incoming to session_user;
    end if;
end
$$;
