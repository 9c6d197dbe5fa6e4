-- In: failures (ids). Ends failures that nobody has to look at any more: a person marked the task, or deleted its run.
update alerts.failure set over_at = clock_timestamp()
where failure.id = any(cast(:failures as bigint[]))
