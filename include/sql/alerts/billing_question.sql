-- In: now, billing_hours (for which an answer is awaited), lost (reviews that no run asks about any more). Out: the due
-- dates whose list waits for a person: its charges, and until when.
select
    to_char(review.due_date, 'YYYY-MM-DD') as key,
    jsonb_build_object(
        'due_date', review.due_date,
        'charges', review.charges,
        'until', review.created_at + make_interval(secs => 3600 * :billing_hours)
    ) as parameters,
    cast(null as bigint) as client_plans,
    review.amount
from billing.unsaved_review() as review
where
    review.decision is null
    and review.created_at + make_interval(secs => 3600 * :billing_hours) > :now
    and review.id <> all(cast(:lost as bigint[]))
