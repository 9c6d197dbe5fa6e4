-- In: events (ids), due_dates (theirs). Out: what the amount of each of the events comes from.
with page as materialized (
    select
        event.id,
        event.due_date,
        event.kind,
        event.package_id,
        event.reference_month,
        event.segment,
        event.amount,
        event.price,
        event.price_source,
        event.days,
        event.value_before,
        event.denominator,
        event.policy_id
    from billing.event_record as event
    where event.due_date = any(cast(:due_dates as date[])) and event.id = any(cast(:events as bigint[]))
)

select
    page.id,
    page.due_date,
    page.kind,
    package.name as package,
    page.reference_month,
    page.segment,
    page.amount,
    page.price,
    page.price_source,
    page.days,
    page.value_before,
    page.denominator,
    page.policy_id,
    policy.proration,
    policy.timing,
    (
        select count(*)
        from billing.credit
        where credit.event_id = page.id and credit.kind = 'adjustment'
    ) > 0 as adjusts
from page
inner join tv.package as package on page.package_id = package.id
left join billing.policy as policy on page.policy_id = policy.id
