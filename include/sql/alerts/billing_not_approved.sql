-- In: now, today, billing_hours, lost (reviews that no run asks about any more). Out: the due dates of the last two
-- months whose list was rejected, not answered in time, or cannot be answered, and of which nothing was saved.
select
    to_char(review.due_date, 'YYYY-MM-DD') as key,
    jsonb_build_object(
        'due_date', review.due_date,
        'charges', review.charges,
        'answer',
        case
            when review.decision = 'rejected' then 'rejected'
            when review.created_at + make_interval(secs => 3600 * :billing_hours) <= :now then 'no_answer'
            else 'lost'
        end
    ) as parameters,
    cast(null as bigint) as client_plans,
    review.amount
from billing.unsaved_review() as review
where
    review.due_date > cast(:today as date) - 62
    and (
        review.decision = 'rejected'
        or (
            review.decision is null
            and (
                review.created_at + make_interval(secs => 3600 * :billing_hours) <= :now
                or review.id = any(cast(:lost as bigint[]))
            )
        )
    )
