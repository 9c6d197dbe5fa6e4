-- In: of_preview, a list's number. What the list is made of (billing.preview_incoming) becomes its partition. Nobody
-- who reads other lists waits for that.
create or replace function billing.attach_preview(of_preview bigint)
returns void language plpgsql as $$
begin
    execute format(
        'alter table billing.preview_incoming rename to %1$I;
        alter table billing.preview_line attach partition billing.%1$I for values in (%2$s);
        analyze billing.%1$I',
        'preview_line_' || of_preview, of_preview
    );
end
$$;
