-- Out: the requests of tasks to the platform since the beginning, by code and class of duration.
select
    counted.code,
    counted.bound,
    counted.requests,
    counted.seconds
from reports.platform_request as counted
order by counted.code, counted.bound
