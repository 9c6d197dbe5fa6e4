-- In: of_merge, the number of a merge. Drops what was built for it. The partitions stay as they are.
create or replace function billing.discard_merge(of_merge bigint)
returns void language plpgsql
security definer set search_path = pg_catalog, pg_temp
set lock_timeout = '250ms'
as $$
declare
    built oid := (select partition_merge.built from billing.partition_merge where id = of_merge);
begin
    delete from billing.partition_merge where id = of_merge;
    if exists (select from pg_class where oid = built and not relispartition) then
        execute format('drop table %s', built::regclass);
    end if;
end
$$;
