-- In: preview. Locks a stored list until the transaction ends. Out: its due date; no row if it was deleted.
select preview.due_date
from billing.preview
where preview.id = :preview
for update
