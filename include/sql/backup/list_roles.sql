-- Out: the roles that own something in this database or were granted it.
select role.rolname
from pg_shdepend as dependency
inner join pg_roles as role on dependency.refobjid = role.oid
inner join pg_database as here on dependency.dbid = here.oid
where here.datname = current_database() and dependency.refclassid = cast('pg_authid' as regclass)
union
-- What belongs to the server's first superuser is not recorded there.
select pg_get_userbyid(relation.relowner)
from pg_class as relation
inner join pg_namespace as space on relation.relnamespace = space.oid
where space.nspname !~ '^(pg_|information_schema$)'
order by rolname
