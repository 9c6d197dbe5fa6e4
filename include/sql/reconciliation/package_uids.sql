-- Out: the platform's uids of all packages, as the catalogue spells them.
select package.platform_uid
from tv.package
order by package.platform_uid
