-- In: event, due_date, action, reason, author, rebill, reversal (the id of the reversal, or null). Records the
-- correction of an event that was voided or reversed just now.
select
    billing.record_correction(
        :event, :due_date, :action, :reason, :author, :rebill, cast(:reversal as bigint)
    )
