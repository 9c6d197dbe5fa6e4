-- Supersedes every change set that is not finished, and every question: what they say of the platform is of before the
-- restore. Out: their number.
with superseded as (
    update reconciliation.change_set
    set status = 'superseded'
    where change_set.status in ('planned', 'approved', 'applied')
    returning change_set.id
)

select count(*) from superseded
