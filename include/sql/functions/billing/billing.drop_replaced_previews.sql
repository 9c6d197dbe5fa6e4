-- In: spared, the lists that were replaced just now, which may still be read. Drops the lines of all other replaced
-- lists. Readers wait until the transaction ends, so this step comes last. If somebody reads for long, as a backup
-- does, the drop is left to the next list instead of making others wait. Runs as the owner of the tables.
create or replace function billing.drop_replaced_previews(spared bigint[])
returns void language plpgsql
security definer set search_path = pg_catalog, pg_temp
set lock_timeout = '20ms'
as $$
declare
    lines regclass;
begin
    for lines in
        select part.oid
        from pg_inherits as child
        inner join pg_class as part on child.inhrelid = part.oid
        where
            child.inhparent = 'billing.preview_line'::regclass
            and not exists (select from billing.preview where part.relname = 'preview_line_' || preview.id)
            and not exists (select from unnest(spared) as list (id) where part.relname = 'preview_line_' || list.id)
    loop
        execute format('drop table %s', lines);
    end loop;
exception
    when lock_not_available then
        raise log 'the lines of replaced lists are being read: the next list has them dropped';
end
$$;
