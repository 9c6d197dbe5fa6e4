-- In: event. Out: the event with the names of its client and package, and the author of its correction; no row if the
-- event does not exist. The ERP may repeat rows: one is enough.
select
    event.id,
    (
        select client.name
        from erp.client_plan as plan
        inner join erp.client as client on plan.client_id = client.id
        where plan.id = event.client_plan_id
        limit 1 -- noqa: AM09
    ) as client,
    event.client_plan_id,
    package.name as package,
    event.due_date,
    event.reference_month,
    event.kind,
    event.status,
    event.amount,
    (
        select correction.author
        from billing.correction
        where correction.event_id = :event
    ) as author
from billing.event as event
inner join tv.package as package on event.package_id = package.id
where event.id = :event and event.due_date = billing.due_date_of(:event)
