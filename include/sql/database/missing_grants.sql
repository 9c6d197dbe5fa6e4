-- Out: the statements with which the owner of the ERP's relations lets the roles of this database read them, if one of
-- them cannot.
with denied as (
    select relation.oid
    from pg_class as relation
    cross join unnest(cast(:roles as text[])) as role (name)
    where
        relation.relnamespace = cast('erp' as regnamespace)
        and relation.relname in ('client', 'client_plan', 'service_plan')
        and (
            not has_schema_privilege(role.name, 'erp', 'usage')
            or not has_table_privilege(role.name, relation.oid, 'select')
        )
)

select
    'grant usage on schema erp to ' || array_to_string(cast(:roles as text[]), ', ') || '; grant select on '
    || string_agg(distinct cast(cast(denied.oid as regclass) as text), ', ') || ' to '
    || array_to_string(cast(:roles as text[]), ', ') || ';' as statements
from denied
having count(*) > 0
