-- In: invoices (ids), since and until (due dates of what was charged). Out: their postings: the plan fee, then
-- packages, then credits. A credit belongs to the due date of its charge, which may be older.
select
    posting.invoice_id,
    posting.id,
    posting.kind,
    posting.amount,
    posting.billing_event_id,
    posting.created_at
from finance.posting as posting
where
    posting.invoice_id = any(cast(:invoices as bigint[]))
    and (
        posting.event_due_date is null
        or (posting.event_due_date >= cast(:since as date) - 366 and posting.event_due_date < :until)
    )
order by posting.invoice_id asc, posting.kind = 'reversal' asc, posting.kind = 'tv_package' asc, posting.id asc
