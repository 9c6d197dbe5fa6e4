-- In: hours (for which the review of a due date is awaited). Out: how many questions wait for a person, by kind, and
-- since when the oldest does, in seconds since 1970 (null: none).
with newest as (
    select max(review.id) as id
    from billing.review
    group by review.due_date
)

select
    'reconciliation' as kind,
    count(*) as questions,
    extract(epoch from min(question.waiting_since)) as oldest
from reconciliation.change_set as question
where question.split_from is not null and question.status = 'planned' and question.asked_at is not null
union all
select
    'billing',
    count(*),
    extract(epoch from min(review.created_at))
from billing.review
inner join newest on review.id = newest.id
where
    review.decision is null
    and review.created_at > now() - make_interval(secs => 3600 * cast(:hours as double precision))
