-- In: roles. Out: the statements with which the owner of the ERP's relations lets the roles, and the owner of this
-- database, read them, if one of them cannot.
with reader as (
    select role.name
    from unnest(cast(:roles as text[])) as role (name)
    union all
    select cast(current_user as text)
),

denied as (
    select relation.oid
    from pg_class as relation
    cross join reader
    where
        relation.relnamespace = cast('erp' as regnamespace)
        and relation.relname in ('client', 'client_plan', 'service_plan')
        and (
            not has_schema_privilege(reader.name, 'erp', 'usage')
            or not has_table_privilege(reader.name, relation.oid, 'select')
        )
),

readers as (
    select string_agg(format('%I', reader.name), ', ') as names
    from reader
)

select
    format(
        'grant usage on schema erp to %s; grant select on %s to %s;',
        min(readers.names),
        string_agg(distinct cast(cast(denied.oid as regclass) as text), ', '),
        min(readers.names)
    ) as statements
from denied
cross join readers
having count(*) > 0
