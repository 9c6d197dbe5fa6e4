-- Out: the number of new postings (pg_temp.incoming_posting) and their sum in reais.
select
    count(*) as count,
    coalesce(sum(incoming_posting.amount), 0) as amount
from pg_temp.incoming_posting
