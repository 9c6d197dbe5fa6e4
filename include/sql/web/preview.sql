-- In: due_date. Out: its newest stored list; no row if there is none.
select
    preview.id,
    preview.due_date,
    preview.candidates,
    preview.charges,
    preview.amount,
    preview.last_charges,
    preview.last_amount,
    preview.concerns as coded_concerns,
    preview.created_at
from billing.preview as preview
where preview.due_date = :due_date
