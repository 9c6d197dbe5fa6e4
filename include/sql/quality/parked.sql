-- In: due_date. Out: each client package that the TV billing of the due date parked because of bad data: it is not
-- charged, or its charge was saved before and waits.
select
    'client package ' || exclusion.client_package_id || ' of client plan ' || exclusion.client_plan_id
    || ' is not charged: ' || exclusion.reason as offender
from billing.run as run
inner join billing.exclusion as exclusion on run.id = exclusion.run_id
inner join billing.exclusion_reason as reason on exclusion.reason = reason.code
where run.kind = 'tv' and run.due_date = :due_date and reason.is_bad_data
union all
select
    'client package ' || pending.client_package_id || ' of client plan ' || pending.client_plan_id
    || ' has a charge that waits: ' || parked.reason as offender
from billing.pending_charge(:due_date) as pending
inner join billing.parked_client_plan(:due_date) as parked on pending.client_plan_id = parked.id
order by offender
