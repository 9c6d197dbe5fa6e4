-- In: names of roles. Out: those that the server does not have, in their order.
select wanted.name
from unnest(cast(:names as text[])) with ordinality as wanted (name, number)
where wanted.name not in (select pg_roles.rolname from pg_roles)
order by wanted.number
