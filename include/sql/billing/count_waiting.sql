-- Out: one row for all due dates: the credits that wait for an invoice and what is left of them in reais; those of them
-- that are posted in part; the payouts that nobody made yet and their sum; the charges that wait for an invoice.
with credits as (
    select
        count(*) as waiting,
        coalesce(sum(credit.rest), 0) as rest,
        count(*) filter (where credit.rest < -credit.amount) as in_parts
    from billing.credit
    where credit.rest > 0
),

payouts as (
    select
        count(*) as waiting,
        coalesce(sum(payout.amount), 0) as amount
    from billing.payout
    where payout.paid_at is null and payout.withdrawn_at is null
),

charges as (
    select count(*) as waiting
    from billing.carried_charge as carried
    where carried.invoice_id is null
)

select
    credits.waiting,
    credits.rest,
    credits.in_parts,
    payouts.waiting as payouts,
    payouts.amount as to_pay_out,
    charges.waiting as charges
from credits
cross join payouts
cross join charges
