-- Out: which of the relations that stand for the ERP are views or foreign tables, whose rows others compute, with a
-- statement that reads every column of every row.
select
    'erp.' || relation.relname as name,
    format('select count(shown) from %I.%I as shown', namespace.nspname, relation.relname) as statement
from pg_class as relation
inner join pg_namespace as namespace on relation.relnamespace = namespace.oid
where
    namespace.nspname = 'erp'
    and relation.relname in ('client', 'client_plan', 'service_plan')
    and relation.relkind in ('v', 'f', 'p')
order by relation.relname
