-- In: preview. Holds a list that is kept until the transaction ends. Out: its due date; no row if it is not kept.
select preview.due_date
from billing.preview
where preview.id = :preview
for update
