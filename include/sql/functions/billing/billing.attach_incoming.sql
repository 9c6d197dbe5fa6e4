-- In: parent and for_due_date, as billing.incoming_name, whose new rows are in the table that billing.create_incoming
-- or finance.create_postings made. Out: how many they are. If no partition has the date, the bare table becomes one and
-- gets its constraints and keys now that it is full; else the rows go into the partition. One at a time for a due date,
-- or a month, by the lock of it. Runs as the owner of the tables; the writer's rights to the new table end.
create or replace function billing.attach_incoming(parent regclass, for_due_date date)
returns bigint language plpgsql
security definer set search_path = pg_catalog, pg_temp
set default_statistics_target = 20
as $$
declare
    incoming regclass := billing.incoming_name(parent, for_due_date)::regclass;
    partition_name name := (
        select
            relname || to_char(
                for_due_date,
                case parent when 'finance.posting_of_plans'::regclass then '_YYYY_MM' else '_YYYY_MM_DD' end
            )
        from pg_class
        where oid = parent
    );
    attached bigint;
begin
    if billing.partition_of(parent, for_due_date) is not null then
        execute format('insert into %s select * from %s', parent, incoming);
        get diagnostics attached = row_count;
        execute format('drop table %s', incoming);
        return attached;
    end if;
    execute format('select count(*) from %s', incoming) into attached;
    if session_user <> current_user then
        execute format('revoke all on %s from session_user', incoming);
    end if;
    perform billing.prepare_partition(parent, incoming, array[for_due_date]);
    execute format('alter table %s rename to %I', incoming, partition_name);
    -- Makes the keys.
    execute format('alter table %s attach partition %s for values in (%L)', parent, incoming, for_due_date);
    if parent = 'billing.event_record'::regclass then
        perform billing.refuse_double_charge(for_due_date);
    end if;
    -- The next step is planned by what is in it: what it reads by the partition's statistics, roughly, for autovacuum
    -- makes better ones; joins by those of the whole, which maintenance renews, because they sample every partition.
    execute format('analyze %s', incoming);
    if not exists (
        select
        from pg_class as whole
        inner join pg_stats as stats
            on whole.relnamespace::regnamespace::name = stats.schemaname and whole.relname = stats.tablename
        where whole.oid = parent and stats.inherited
    ) then
        execute format('analyze only %s', parent);
    end if;
    return attached;
end
$$;
