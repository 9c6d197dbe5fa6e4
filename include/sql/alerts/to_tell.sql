-- In: channel, now, remind_after (an interval). Out: what the channel is to be told, the oldest first: news (new: never
-- told; over: told, and over by now; still: told and open). remind: whether something that is open was told too long
-- ago, or in the future, by a clock that was ahead.
select
    alert.id,
    alert.kind,
    alert.parameters,
    alert.client_plans,
    alert.amount,
    alert.opened_at,
    alert.over_at,
    case when alert.over_at is not null then 'over' when told.alert_id is null then 'new' else 'still' end as news,
    alert.over_at is null
    and (
        told.told_at <= cast(:now as timestamptz) - cast(:remind_after as interval)
        or told.told_at > cast(:now as timestamptz) + cast(:remind_after as interval)
    ) as remind
from alerts.alert
left join alerts.told on alert.id = told.alert_id and told.channel = :channel
where
    alert.over_at is null
    or (told.alert_id is not null and told.over_told_at is null)
order by alert.id
