-- Out: how many client plans in staging the platform should serve.
select count(*) as desired
from staging.desired_subscriber as desired
where desired.status <> 'INACTIVE'
