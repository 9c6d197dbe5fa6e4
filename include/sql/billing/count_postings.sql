-- Out: the number of new postings (finance.incoming) and their sum in reais.
select
    count(*) as count,
    coalesce(sum(incoming.amount), 0) as amount
from finance.incoming
