-- In: names. Out: those of them that this server does not have.
select needed.name
from unnest(cast(:names as text[])) as needed (name)
where
    not exists (
        select
        from pg_roles
        where pg_roles.rolname = needed.name
    )
order by needed.name
