-- In: days. Out: how many alerts and failed tasks have been over for longer.
select
    (
        select count(*)
        from alerts.alert
        where alert.over_at < now() - make_interval(days => :days)
    )
    + (
        select count(*)
        from alerts.failure
        where failure.over_at < now() - make_interval(days => :days)
    ) as old
