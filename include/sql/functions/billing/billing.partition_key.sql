-- In: parent, a partitioned table. Out: the name of the column that its partitions are told apart by.
create or replace function billing.partition_key(parent regclass)
returns name
language sql stable
as $$
    select attribute.attname
    from pg_partitioned_table as parted
    inner join pg_attribute as attribute
        on parted.partrelid = attribute.attrelid and parted.partattrs[0] = attribute.attnum
    where parted.partrelid = parent
$$;
