-- In: event and due_date of a charge that was corrected. Out: the live charge of the same month that stands in the way
-- of charging it again; no row if there is none.
select other.id
from billing.charged_again(:event, :due_date) as other
