-- In: due_date. Out: each package of a client plan that is charged more than once for a month that the due date may
-- charge, be it sold once or cancelled and sold again, or by more days than the month has.
select
    'package ' || event.package_id || ' of client plan ' || event.client_plan_id || ' has ' || count(*)
    || ' live charges in ' || to_char(event.reference_month, 'YYYY-MM') as offender
from billing.event_record as event
where
    event.due_date >= billing.charging_since(:due_date)
    and event.due_date < billing.charging_until(:due_date)
    and event.reference_month between
    cast(date_trunc('month', cast(:due_date as timestamp)) - interval '1 month' as date) and cast(:due_date as date)
    and event.kind = 'charge'
    and event.cancelled_at is null
    and not event.reversed
group by event.client_plan_id, event.package_id, event.reference_month
having
    count(*) > 1
    and (
        count(*) > count(event.days)
        or count(*) > count(distinct row(event.client_package_id, event.segment))
        or sum(event.days) > max(event.denominator)
    )
