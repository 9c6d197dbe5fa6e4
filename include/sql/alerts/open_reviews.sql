-- Out: the lists that wait for a person.
select review.id
from (
    select distinct on (review.due_date) review.*
    from billing.review
    order by review.due_date asc, review.id desc
) as review
inner join billing.run on review.due_date = run.due_date and run.kind = 'tv' and run.status in ('open', 'failed')
where review.decision is null
