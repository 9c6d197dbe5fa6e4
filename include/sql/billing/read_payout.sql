-- In: id. Out: a payout, and whether it was made or withdrawn.
select
    payout.amount,
    payout.paid_at,
    payout.paid_by,
    payout.paid_on,
    payout.paid_how,
    payout.withdrawn_at
from billing.payout
where payout.id = :id
