-- Out: the kind of each relation that the population writes: r is a table, null is missing; any other is not ours.
select
    relation.name,
    class.relkind
from (
    values
    ('erp.client'), ('erp.service_plan'), ('erp.client_plan'),
    ('tv.service_plan_setting'), ('tv.client_package'), ('tv.client_point')
) as relation (name)
left join pg_class as class on to_regclass(relation.name) = class.oid
order by relation.name
