-- Out: how many client plans of staging the platform should serve.
select count(*) as desired
from staging.desired_subscriber as desired
where desired.status <> 'INACTIVE'
