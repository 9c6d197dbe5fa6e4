-- In: change_set. Out: how many differences a rejected operation explains, and how many nothing explains.
select
    count(difference.rejected_because) as explained,
    count(*) - count(difference.rejected_because) as unexplained
from reconciliation.difference
where difference.change_set_id = :change_set
