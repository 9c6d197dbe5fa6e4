-- In: review, digest (null: not known), decision, decided_by, decided_at. Records the decision of a review,
-- once, if it is of the list that was shown: the number alone may be another review's after a restore.
update billing.review
set decision = :decision, decided_by = :decided_by, decided_at = :decided_at
where
    id = :review
    and digest = coalesce(cast(:digest as text), digest)
    and decision is null
