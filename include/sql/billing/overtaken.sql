-- In: due_date, moved_away (of its run, as it was read first), since and until (the first and last due date in the
-- temporary table stale, null if it is empty). Out: whether a run of another due date that was committed meanwhile
-- voided events of this one, or posted events that this one voided.
select
    run.moved_away <> :moved_away
    or exists (
        select 1
        from stale
        inner join finance.posting on stale.due_date = posting.event_due_date and stale.id = posting.id
        where
            stale.due_date <> :due_date
            -- A comparison with null would name no partition.
            and posting.event_due_date >= coalesce(cast(:since as date), cast(:due_date as date))
            and posting.event_due_date <= coalesce(cast(:until as date), cast(:due_date as date))
    ) as overtaken
from billing.run as run
where run.kind = 'tv' and run.due_date = :due_date
