-- In: of_merge, the number of a merge that billing.compare_merge found equal. The copy takes the place of the
-- partitions, and is called after their month or year. Out: true; or false if something changed since it was built,
-- and the copy is dropped. Raises lock_not_available, so that nobody waits for long, if somebody reads the tables or
-- began to read others before the copy was compared: such a reader would not see its rows. Raises restrict_violation
-- if the merge was not compared.
--
-- What a writer changed before this has the lock is noted in billing.late_change and committed by then.
create or replace function billing.swap_merge(of_merge bigint)
returns boolean language plpgsql
security definer set search_path = pg_catalog, pg_temp
set lock_timeout = '250ms'
as $$
declare
    merged billing.partition_merge;
begin
    perform billing.require_read_committed();
    select * into merged from billing.partition_merge where id = of_merge and readers is not null for update;
    if not found then
        raise exception 'there is no merge % that was compared', of_merge using errcode = 'restrict_violation';
    end if;
    if exists (
        select
        from pg_locks
        where locktype = 'virtualxid' and virtualtransaction = any(merged.readers)
    ) then
        raise exception 'transactions that began before the copy was compared still run'
            using errcode = 'lock_not_available';
    end if;
    execute format('lock table only %s in access exclusive mode', merged.parent);
    execute (
        select format('lock table %s in access exclusive mode nowait', string_agg(part::text, ', '))
        from unnest(merged.partitions) as part
    );
    if billing.is_merge_outdated(of_merge) then
        perform billing.discard_merge(of_merge);
        return false;
    end if;
    execute (select format('drop table %s', string_agg(part::text, ', ')) from unnest(merged.partitions) as part);
    execute format('alter table %s attach partition %s for values in (%s)', merged.parent, merged.built, (
        select string_agg(quote_literal(day), ', ' order by day)
        from unnest(merged.dates) as day
    ));
    execute (
        select
            format(
                'alter table %s rename to %I', merged.built,
                billing.free_name(
                    relnamespace::regnamespace,
                    relname || to_char(
                        merged.dates[1],
                        case
                            when
                                merged.parent = 'finance.posting_of_plans'::regclass
                                or date_trunc('month', merged.dates[1]::timestamp)
                                <> date_trunc('month', merged.dates[cardinality(merged.dates)]::timestamp)
                                then '_YYYY'
                            else '_YYYY_MM'
                        end
                    )
                )
            )
        from pg_class
        where oid = merged.parent
    );
    delete from billing.partition_merge where id = of_merge;
    return true;
end
$$;
