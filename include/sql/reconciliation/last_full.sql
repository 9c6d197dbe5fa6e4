-- In: change_set. Out: how many client plans the platform should have served according to the last verified full change
-- set before this one, and how many subscribers were ours; no row if there was none.
select
    earlier.desired,
    earlier.managed
from reconciliation.change_set as earlier
where
    earlier.id < :change_set
    and earlier.status = 'verified'
    and earlier.lane = 'full'
    and earlier.only_client_plan_id is null
order by earlier.id desc
limit 1
