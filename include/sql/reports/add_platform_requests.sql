-- In: codes, bounds, requests, seconds: lists of the same length. Adds them to what was counted before, in one order,
-- so that two tasks that end at once only wait for each other.
insert into reports.platform_request as counted (code, bound, requests, seconds)
select
    given.code,
    given.bound,
    given.requests,
    given.seconds
from
    unnest(
        cast(:codes as text[]),
        cast(:bounds as double precision[]),
        cast(:requests as bigint[]),
        cast(:seconds as double precision[])
    ) as given (code, bound, requests, seconds)
order by given.code, given.bound
on conflict (code, bound) do update
    set
        requests = counted.requests + excluded.requests,
        seconds = counted.seconds + excluded.seconds
