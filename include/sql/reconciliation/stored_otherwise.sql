-- In: change_set, shown. Out: some of what the platform accepted twice and shows otherwise, learnt by this change set,
-- and how many there are.
select
    known.client_plan_id,
    known.action,
    nullif(known.target, '') as target,
    known.sent,
    known.stored,
    count(*) over () as found
from reconciliation.stored_otherwise as known
where known.change_set_id = :change_set and known.times = 2
order by known.client_plan_id, known.action, known.target
limit :shown
