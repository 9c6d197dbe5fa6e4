-- In: schemas. Out: each of them, the largest first, with the size of its tables in bytes and how many partitions it
-- has.
select
    cast(cast(plain.relnamespace as regnamespace) as text) as schema,
    cast(sum(pg_total_relation_size(plain.oid)) as bigint) as size,
    count(*) filter (where plain.relispartition) as partitions
from pg_class as plain
where plain.relkind = 'r' and cast(cast(plain.relnamespace as regnamespace) as text) = any(cast(:schemas as text[]))
group by plain.relnamespace
order by size desc, schema asc
