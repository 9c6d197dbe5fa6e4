-- Out: what each relation that the population writes is: r a table, null missing, anything else not ours to write.
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
