-- In: parent (billing.event_record, finance.posting or finance.posting_of_plans), and two or more of its partitions,
-- whose dates are all closed and of one year. Copies their rows into one table with the constraints, triggers and
-- keys of a partition, which nobody reads yet. Out: the number of the merge, for billing.compare_merge and
-- billing.swap_merge. Raises restrict_violation if these partitions may not be merged, lock_not_available if somebody
-- is writing to them.
create or replace function billing.build_merge(parent regclass, partitions regclass[])
returns bigint language plpgsql
security definer set search_path = pg_catalog, pg_temp
as $$
declare
    found record;
    closings timestamptz[];
    seen pg_snapshot;
    built text;
    part regclass;
    definition text;
    merge_id bigint;
    columns text := (
        select string_agg(quote_ident(attname), ', ' order by attnum)
        from pg_attribute
        where attrelid = parent and attnum > 0 and not attisdropped
    );
begin
    perform billing.require_read_committed();
    if parent not in (
        'billing.event_record'::regclass, 'finance.posting'::regclass, 'finance.posting_of_plans'::regclass
    ) then
        raise exception 'the partitions of % are never merged', parent using errcode = 'restrict_violation';
    end if;
    select
        array_agg(part.partition order by part.dates) as partitions,
        (
            select array_agg(day order by day)
            from billing.partition_dates(parent) as other, unnest(other.dates) as day
            where other.partition = any(build_merge.partitions)
        ) as dates
    into found
    from billing.partition_dates(parent) as part
    where part.partition = any(build_merge.partitions) and cardinality(part.dates) > 0;
    if
        cardinality(found.partitions) is distinct from cardinality(partitions)
        or cardinality(partitions) < 2
        or date_trunc('year', found.dates[1]::timestamp)
        <> date_trunc('year', found.dates[cardinality(found.dates)]::timestamp)
    then
        raise exception '% are not two or more partitions of % of one year', partitions, parent
            using errcode = 'restrict_violation';
    end if;
    closings := billing.closings(parent, found.dates);
    if closings is null then
        raise exception 'not all due dates of % are closed', partitions using errcode = 'restrict_violation';
    end if;
    -- Whoever begins to write from here on sees that the due dates are closed, and notes the change.
    if exists (
        select
        from pg_locks
        where
            locktype = 'relation'
            and database = (select oid from pg_database where datname = current_database())
            and relation = any(found.partitions::oid[])
            and mode in ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
    ) then
        raise exception 'somebody is writing to %', partitions using errcode = 'lock_not_available';
    end if;
    seen := pg_current_snapshot();
    select
        format(
            '%I.%I', relnamespace::regnamespace, billing.free_name(relnamespace::regnamespace, relname || '_merging')
        )
    into built
    from pg_class
    where oid = parent;
    execute format('create table %s (like %s including defaults)', built, parent);
    foreach part in array found.partitions loop
        execute format('insert into %s (%s) select %s from %s', built, columns, columns, part);
    end loop;
    perform billing.prepare_partition(parent, built, found.dates);
    -- The keys: attaching then finds them, and makes none.
    for definition in
        select format('alter table %s add %s', built, pg_get_constraintdef(oid))
        from pg_constraint
        where conrelid = parent and contype in ('p', 'u')
        union all
        select regexp_replace(
            pg_get_indexdef(indexrelid), '^CREATE (UNIQUE )?INDEX [^ ]+ ON ONLY [^ ]+ ',
            format('CREATE \1INDEX ON %s ', built)
        )
        from pg_index
        where indrelid = parent and not exists (select from pg_constraint where conindid = indexrelid)
    loop
        execute definition;
    end loop;
    execute format('analyze %s', built);
    insert into billing.partition_merge (parent, partitions, dates, closings, seen, built)
    values (parent, found.partitions, found.dates, closings, seen, built::regclass)
    returning id into merge_id;
    return merge_id;
end
$$;
