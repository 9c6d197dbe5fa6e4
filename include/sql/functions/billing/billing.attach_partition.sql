-- In: parent (billing.event_record or finance.posting), for_due_date, and incoming, a table that a step filled with
-- rows of that due date. Out: how many they were. The bare table becomes the due date's partition and gets its
-- constraints and keys now that it is full; if there is a partition already, the rows go into that. One at a time
-- for a due date, by the lock of its month.
create or replace function billing.attach_partition(parent regclass, for_due_date date, incoming regclass)
returns bigint language plpgsql set default_statistics_target = 20 as $$
declare
    room name;
    partition_name text;
    partition text;
    attached bigint;
begin
    select relnamespace::regnamespace, relname || to_char(for_due_date, '_YYYY_MM_DD')
    into room, partition_name
    from pg_class
    where oid = parent;
    partition := format('%I.%I', room, partition_name);
    if to_regclass(partition) is not null then
        execute format('insert into %s select * from %s', parent, incoming);
        get diagnostics attached = row_count;
        execute format('drop table %s', incoming);
        return attached;
    end if;
    execute format('select count(*) from %s', incoming) into attached;
    -- In one pass over the rows.
    execute (
        select format('alter table %s %s', incoming, string_agg(change, ', '))
        from (
            select format('add constraint %I %s', conname, pg_get_constraintdef(oid)) as change
            from pg_constraint
            where conrelid = parent and contype = 'c'
            union all
            select format('alter %I set not null', attname)
            from pg_attribute
            where attrelid = parent and attnum > 0 and attnotnull
            union all
            select format('add constraint numbered check (id between %s and %s)', before + 1, before + 99999999)
            from billing.number_before(for_due_date) as before
        ) as changes
    );
    -- Triggers of a whole statement fire for the table that it names: these are for whoever names the partition.
    execute format(
        'create trigger added after insert on %1$s
        referencing new table as added for each statement execute function %2$I.require_keys();
        create trigger never_truncated before truncate on %1$s
        for each statement execute function billing.refuse_change();
        alter table %1$s rename to %3$I',
        incoming, room, partition_name
    );
    -- Makes the keys.
    execute format('alter table %s attach partition %s for values in (%L)', parent, partition, for_due_date);
    if parent = 'billing.event_record'::regclass then
        perform billing.refuse_double_charge(for_due_date);
    end if;
    -- The next step is planned by what is in it: what it reads by the partition's statistics, joins by those of the
    -- whole. Roughly: autovacuum makes better ones.
    execute format('analyze %s; analyze only %s', partition, parent);
    return attached;
end
$$;
