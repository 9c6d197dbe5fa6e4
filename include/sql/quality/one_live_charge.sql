-- In: reference_month. Out: each client package with more than one live charge in the month.
select
    'client package ' || event.client_package_id || ' has ' || count(*) || ' live charges in '
    || to_char(event.reference_month, 'YYYY-MM') as offender
from billing.event as event
where event.reference_month = :reference_month and event.kind = 'charge' and event.status <> 'cancelled'
group by event.client_package_id, event.reference_month
having count(*) > 1
