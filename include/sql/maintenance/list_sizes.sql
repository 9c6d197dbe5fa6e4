-- In: schemas, shown. Out: our largest tables with their size in bytes and how many partitions they have; partitions
-- count with the table that they belong to.
select
    format('%I.%I', root.relnamespace::regnamespace, root.relname) as name,
    sum(pg_total_relation_size(tree.relid)) as size,
    count(*) filter (where tree.isleaf and root.relkind = 'p') as partitions
from pg_class as root
cross join pg_partition_tree(root.oid) as tree
where
    root.relkind = 'p'
    and not root.relispartition
    and root.relnamespace::regnamespace::text = any(cast(:schemas as text[]))
group by root.oid, root.relnamespace, root.relname
union all
select
    format('%I.%I', plain.relnamespace::regnamespace, plain.relname) as name,
    pg_total_relation_size(plain.oid) as size,
    0 as partitions
from pg_class as plain
where
    plain.relkind = 'r'
    and not plain.relispartition
    and plain.relnamespace::regnamespace::text = any(cast(:schemas as text[]))
order by size desc, name asc
limit :shown
