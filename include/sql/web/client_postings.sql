-- In: invoices (ids), since and until (their due dates; until is excluded). Out: their postings: the plan fee, then
-- packages, then credits.
select
    posting.invoice_id,
    posting.id,
    posting.kind,
    posting.amount,
    posting.billing_event_id,
    posting.created_at
from finance.posting_on(:since, :until) as posting
where posting.invoice_id = any(cast(:invoices as bigint[]))
order by posting.invoice_id asc, posting.kind = 'reversal' asc, posting.kind = 'tv_package' asc, posting.id asc
