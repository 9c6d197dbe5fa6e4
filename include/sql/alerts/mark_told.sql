-- In: channel, now, told (ids of open alerts), over (ids of those that are over). Records that the channel was told.
insert into alerts.told (alert_id, channel, told_at, over_told_at)
select
    alert.id,
    :channel,
    :now,
    case when alert.id = any(cast(:over as bigint[])) then cast(:now as timestamptz) end
from alerts.alert
where alert.id = any(cast(:told as bigint[])) or alert.id = any(cast(:over as bigint[]))
on conflict (alert_id, channel) do update
    set
        told_at = case when excluded.over_told_at is null then excluded.told_at else told.told_at end,
        over_told_at = excluded.over_told_at
