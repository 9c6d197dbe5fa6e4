-- In: due_date, since and until (the first and last due date in the temporary table stale). Out: whether the events of
-- other due dates in stale are all pending still.
select
    not exists (
        select 1
        from stale
        inner join billing.event_record as event
            on
                stale.id = event.id
                and stale.due_date = event.due_date
                and event.due_date >= cast(:since as date)
                and event.due_date <= cast(:until as date)
        left join finance.posting
            on
                stale.due_date = posting.event_due_date
                and stale.id = posting.id
                and posting.event_due_date >= cast(:since as date)
                and posting.event_due_date <= cast(:until as date)
        where stale.due_date <> :due_date and (event.cancelled_at is not null or posting.id is not null)
    ) as pending
