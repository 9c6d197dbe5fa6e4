-- In: days, at_most. Deletes alerts, with what was told of them, and failed tasks that have been over for longer, so
-- many rows of each at most. Out: how many there were; none: all are gone.
with alerts_gone as (
    delete from alerts.alert
    where
        alert.id in (
            select old.id
            from alerts.alert as old
            where old.over_at < now() - make_interval(days => :days)
            order by old.id
            limit :at_most
        )
    returning 1
),

failures_gone as (
    delete from alerts.failure
    where
        failure.id in (
            select old.id
            from alerts.failure as old
            where old.over_at < now() - make_interval(days => :days)
            order by old.id
            limit :at_most
        )
    returning 1
)

select (select count(*) from alerts_gone) + (select count(*) from failures_gone) as deleted
