-- In: due_date, digest. Out: the id and the decision of the newest review of this very list, if it was the last list of
-- the due date that was reviewed.
select
    newest.id,
    newest.decision
from (
    select
        review.id,
        review.digest,
        review.decision
    from billing.review
    where review.due_date = :due_date
    order by review.id desc
    limit 1
) as newest
where newest.digest = :digest
