-- Posts the pending reversals that have an open invoice. Out: their number and their sum in reais.
select
    posted.events,
    posted.amount
from billing.post_credits() as posted
