-- In: event and due_date of a charge. Out: the newest live difference that builds on it; no row if there is none.
select other.id
from billing.later_difference(:event, :due_date) as other
