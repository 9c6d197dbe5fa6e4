-- Out: schema and name of each table that outlives a crash; a partitioned one as a whole, if all of its partitions do.
select
    space.nspname as schema_name,
    relation.relname as table_name
from pg_class as relation
inner join pg_namespace as space on relation.relnamespace = space.oid
where
    relation.relkind in ('r', 'p')
    and not relation.relispartition
    and relation.relpersistence = 'p'
    and space.nspname !~ '^(pg_|information_schema$)'
    and not exists (
        select
        from pg_partition_tree(relation.oid) as tree
        inner join pg_class as part on tree.relid = part.oid
        where part.relpersistence <> 'p'
    )
order by space.nspname, relation.relname
