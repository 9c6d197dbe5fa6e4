-- Out: how many new postings there are (finance.incoming), and their amount.
select
    count(*) as events,
    coalesce(sum(incoming.amount), 0) as amount
from finance.incoming
