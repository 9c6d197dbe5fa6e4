-- In: of_preview, a list's number. What the list is made of (billing.preview_incoming) becomes its partition, and the
-- writer's rights to it end. Nobody who reads other lists waits for that. Runs as the owner of the tables.
create or replace function billing.attach_preview(of_preview bigint)
returns void language plpgsql
security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if session_user <> current_user then
        revoke all on billing.preview_incoming from session_user;
    end if;
    execute format(
        'alter table billing.preview_incoming rename to %1$I;
        alter table billing.preview_line attach partition billing.%1$I for values in (%2$s);
        analyze billing.%1$I',
        'preview_line_' || of_preview, of_preview
    );
end
$$;
