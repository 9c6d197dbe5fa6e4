-- In: review, digest (null: not known). Out: how many reviews are this one and of this list: one or none.
select count(*)
from billing.review
where
    review.id = :review
    and review.digest = coalesce(cast(:digest as text), review.digest)
