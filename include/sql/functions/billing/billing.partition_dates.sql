-- In: parent, a table partitioned by list of dates. Out: a row for each of its partitions, with the dates of its list
-- in order.
create or replace function billing.partition_dates(parent regclass)
returns table (partition regclass, dates date[])
language sql stable
set datestyle = 'ISO'
as $$
    select
        cast(child.inhrelid as regclass),
        array(
            select cast(found.bound[1] as date)
            from regexp_matches(pg_get_expr(part.relpartbound, 0), '''(\d+-\d\d-\d\d)''', 'g') as found (bound)
            order by 1
        )
    from pg_inherits as child
    inner join pg_class as part on child.inhrelid = part.oid
    where child.inhparent = parent
$$;
