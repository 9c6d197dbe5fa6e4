-- In: today. Out: the operations of today's reconciliations, as tv_dashboard counted them last, by status.
select
    status.code as status,
    coalesce(sum(counted.operations), 0) as operations
from unnest(array['planned', 'applied', 'rejected', 'superseded']) as status (code)
left join reports.operation as counted on status.code = counted.status and counted.day = cast(:today as date)
group by status.code
order by status.code
