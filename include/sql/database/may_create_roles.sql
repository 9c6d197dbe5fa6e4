-- Out: whether the current role may create roles.
select pg_roles.rolsuper or pg_roles.rolcreaterole as may_create_roles
from pg_roles
where pg_roles.rolname = current_user
