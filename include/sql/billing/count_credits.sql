-- In: due_date. Out: the credits of the due date's charges that wait for an open invoice, and what is left of them in
-- reais; how many of them are posted in part; and what of them is listed for paying out and is not paid.
select
    count(*) filter (where credit.rest > 0) as waiting,
    -coalesce(sum(credit.rest), 0) as amount,
    count(*) filter (where credit.rest > 0 and credit.rest < -credit.amount) as in_parts,
    coalesce(sum(payable.payouts), 0) as payouts,
    coalesce(sum(payable.amount), 0) as to_pay_out
from billing.credit
left join
    lateral (
        select
            count(*) as payouts,
            sum(payout.amount) as amount
        from billing.payout
        where payout.event_id = credit.event_id and payout.paid_at is null and payout.withdrawn_at is null
    ) as payable
    on true
where credit.due_date = :due_date and not credit.voided
