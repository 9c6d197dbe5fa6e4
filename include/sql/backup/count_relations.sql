-- Out: how many tables, views and sequences this database holds.
select count(*)
from pg_class as relation
inner join pg_namespace as space on relation.relnamespace = space.oid
where relation.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and space.nspname !~ '^(pg_|information_schema$)'
