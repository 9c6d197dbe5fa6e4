-- In: due_date. Lists for paying out the credits for which no invoice will come. Out: their number and their sum in
-- reais.
select
    listed.payouts as count,
    listed.amount
from billing.list_payouts(:due_date) as listed
