-- Out: the lists that wait for a person.
select review.id
from billing.unsaved_review() as review
where review.decision is null
