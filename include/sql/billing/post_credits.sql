-- Posts each pending reversal that an open invoice can carry. Out: how many were posted and their amount.
select
    posted.events,
    posted.amount
from billing.post_credits() as posted
