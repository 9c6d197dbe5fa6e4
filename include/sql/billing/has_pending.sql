-- In: due_date. Out: whether a charge has no posting. A charge has at most one posting, so it is enough to count both.
select
    (
        select count(*)
        from billing.event_record as event
        where event.due_date = :due_date and event.kind = 'charge' and event.cancelled_at is null
    ) > (
        select count(*)
        from finance.posting
        where posting.event_due_date = :due_date and posting.kind = 'tv_package'
    ) as pending
