-- In: preview, decided_by, decided_at. Records that a person approved a stored list, unless the newest review of its
-- due date already is this person's approval of this list.
insert into billing.review (
    due_date, digest, candidates, charges, amount, last_charges, last_amount, concerns, decision, decided_by, decided_at
)
select
    preview.due_date,
    preview.digest,
    preview.candidates,
    preview.charges,
    preview.amount,
    preview.last_charges,
    preview.last_amount,
    preview.concerns,
    'approved',
    :decided_by,
    :decided_at
from billing.preview
where
    preview.id = :preview
    and not exists (
        select 1
        from (
            select
                review.digest,
                review.decision,
                review.decided_by
            from billing.review
            where review.due_date = preview.due_date
            order by review.id desc
            limit 1
        ) as newest
        where
            newest.digest = preview.digest
            and newest.decision = 'approved'
            and newest.decided_by = :decided_by
    )
