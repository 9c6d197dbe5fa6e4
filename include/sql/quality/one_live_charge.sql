-- In: due_date. Out: each package of a client plan that is charged more than once in the month of the due date, be it
-- sold once or cancelled and sold again.
select
    'package ' || event.package_id || ' of client plan ' || event.client_plan_id || ' has ' || count(*)
    || ' live charges in ' || to_char(event.reference_month, 'YYYY-MM') as offender
from billing.event as event
where
    event.reference_month = cast(:due_date as date) - (cast(extract(day from cast(:due_date as date)) as integer) - 1)
    and event.kind = 'charge'
    and event.status <> 'cancelled'
group by event.client_plan_id, event.package_id, event.reference_month
having count(*) > 1
