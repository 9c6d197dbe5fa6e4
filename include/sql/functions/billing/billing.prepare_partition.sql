-- In: bare, a full table with the columns of parent (billing.event_record, finance.posting or
-- finance.posting_of_plans), and the dates of which it has rows. Gives it, in one pass over its rows, the constraints
-- of the parent and those that spare attaching it a second pass; and the triggers of a whole statement, which fire
-- only for the table that it names.
create or replace function billing.prepare_partition(parent regclass, bare regclass, dates date[])
returns void language plpgsql
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO'
as $$
declare
    key name := billing.partition_key(parent);
    of_trigger record;
begin
    execute (
        select format('alter table %s %s', bare, string_agg(change, ', '))
        from (
            select format('add constraint %I %s', conname, pg_get_constraintdef(oid)) as change
            from pg_constraint
            where conrelid = parent and contype = 'c'
            union all
            select format('alter %I set not null', attname)
            from pg_attribute
            where attrelid = parent and attnum > 0 and not attisdropped and (attnotnull or attname = key)
            union all
            select format('add constraint listed check (%I = any (%L::date[]))', key, dates)
            union all
            -- Of finance.posting_of_plans, itself a partition.
            select format('add constraint of_parent check (%s)', pg_get_partition_constraintdef(parent))
            where pg_get_partition_constraintdef(parent) is not null
            union all
            -- The number of an event, and of its posting, begins with its due date.
            select format(
                'add constraint numbered check (id between %s and %s)',
                billing.number_before(min(due)) + 1, billing.number_before(max(due)) + 99999999
            )
            from unnest(dates) as due
            where key <> 'fee_month'
            having count(*) > 0
        ) as changes
    );
    for of_trigger in
        select pg_get_triggerdef(oid) as definition
        from pg_trigger
        where tgrelid = parent and not tgisinternal and tgtype & 1 = 0
    loop
        execute regexp_replace(of_trigger.definition, ' ON [^ ]+ ', format(' ON %s ', bare));
    end loop;
end
$$;
