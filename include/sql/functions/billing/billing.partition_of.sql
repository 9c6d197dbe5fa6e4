-- In: parent, a table partitioned by list of dates, and for_date. Out: the partition whose list has that date; null if
-- none has. Reads the catalogue, because a partition holds many due dates once maintenance has merged it.
create or replace function billing.partition_of(parent regclass, for_date date)
returns regclass
language sql stable
set datestyle = 'ISO'
as $$
    select cast(child.inhrelid as regclass)
    from pg_inherits as child
    inner join pg_class as part on child.inhrelid = part.oid
    where
        child.inhparent = parent
        and position('''' || for_date || '''' in pg_get_expr(part.relpartbound, 0)) > 0
$$;
