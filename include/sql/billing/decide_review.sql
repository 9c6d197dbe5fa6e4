-- In: review, decision, decided_by, decided_at. Records the decision of a review, once.
update billing.review
set decision = :decision, decided_by = :decided_by, decided_at = :decided_at
where id = :review and decision is null
