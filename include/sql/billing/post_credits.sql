-- Posts the pending reversals that have an open invoice. Out: their number and their sum in reais.
select
    posted.events as count,
    posted.amount
from billing.post_credits() as posted
