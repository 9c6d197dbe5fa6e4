-- Out: what each package is sold as on the days [since, until): as it was recorded, and as it is now.
create or replace view billing.package_state as
select
    past.package_id,
    past.extra,
    past.active,
    past.price,
    past.since,
    past.until
from history.package as past
where past.until < 'infinity'
union all
select
    package.id as package_id,
    package.extra,
    package.active,
    package.price,
    coalesce(present.since, '-infinity') as since,
    cast('infinity' as date) as until
from tv.package as package
left join history.package as present on package.id = present.package_id and present.until = 'infinity';
