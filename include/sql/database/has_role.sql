-- In: role, schema. Out: whether the connection may do what the role may, as its member or as the owner of the schema.
select bool_or(pg_has_role(current_user, candidate.oid, 'usage')) as has_role
from pg_roles as candidate
where
    candidate.rolname = :role
    or candidate.oid = (
        select schema.nspowner from pg_namespace as schema
        where schema.nspname = :schema
    )
