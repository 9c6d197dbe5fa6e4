-- In: of_merge, the number of a merge that was built and committed. Compares the copy with the partitions, date by
-- date: the number of rows, the sum of their amounts, and a digest of all columns. Out: true if they are equal and
-- may be swapped; false if the partitions changed meanwhile, and what was built is dropped. Raises restrict_violation
-- if there is no such merge, data_corrupted if they differ although nothing changed.
create or replace function billing.compare_merge(of_merge bigint)
returns boolean language plpgsql
security definer set search_path = pg_catalog, pg_temp
as $$
declare
    merged billing.partition_merge;
    key name;
    sums text;
    differs boolean;
begin
    perform billing.require_read_committed();
    select * into merged from billing.partition_merge where id = of_merge for update;
    if not found then
        raise exception 'there is no merge %', of_merge using errcode = 'restrict_violation';
    end if;
    key := billing.partition_key(merged.parent);
    sums := (
        select
            format(
                'select %1$I, count(*), sum(amount), sum(hash_record_extended(row(%2$s), 0)::numeric) from %%s '
                'where %1$I = any($1) group by %1$I',
                key, string_agg(quote_ident(attname), ', ' order by attnum)
            )
        from pg_attribute
        where attrelid = merged.parent and attnum > 0 and not attisdropped
    );
    execute format(
        'with old as (%s), new as (%s) '
        'select exists (table old except table new) or exists (table new except table old)',
        format(sums, merged.parent), format(sums, merged.built)
    )
    into differs using merged.dates;
    if billing.is_merge_outdated(of_merge) then
        perform billing.discard_merge(of_merge);
        return false;
    end if;
    if differs then
        raise exception 'the copy of % differs from it', merged.partitions using errcode = 'data_corrupted';
    end if;
    update billing.partition_merge
    set
        readers = array(
            select running.virtualtransaction
            from pg_locks as running
            inner join pg_stat_activity as activity on running.pid = activity.pid
            where
                running.locktype = 'virtualxid'
                and running.pid <> pg_backend_pid()
                and activity.datname = current_database()
                and activity.usesysid is not null
        )
    where id = of_merge;
    return true;
end
$$;
