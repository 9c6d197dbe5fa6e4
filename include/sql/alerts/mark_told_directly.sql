-- In: key, channels, told_at. Records that these channels were told directly of the tasks that failed for this cause,
-- if they have an open alert.
insert into alerts.told (alert_id, channel, told_at)
select
    alert.id,
    taken.channel,
    cast(:told_at as timestamptz)
from alerts.alert
cross join unnest(cast(:channels as text[])) as taken (channel)
where alert.kind = 'task_failed' and alert.key = :key and alert.over_at is null
on conflict (alert_id, channel) do nothing
