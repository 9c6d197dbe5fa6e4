-- In: due_date, digest. Out: id and decision of the due date's newest review, if it is of this list; or else no row.
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
