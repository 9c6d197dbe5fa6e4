-- In: preview, due_date. Fills billing.preview_incoming with the whole list: the temporary table candidate and the
-- charges that are processed already. Exclusions have no amount, so that the amounts add up to what is charged.
insert into billing.preview_incoming (
    preview_id, client_plan_id, client_package_id, service_plan_id, package_id, event_id, reference_month, segment,
    days, denominator, amount, price, price_source, outcome, status
)
select
    cast(:preview as bigint),
    candidate.client_plan_id,
    candidate.client_package_id,
    candidate.service_plan_id,
    candidate.package_id,
    candidate.event_id,
    candidate.reference_month,
    candidate.segment,
    candidate.days,
    candidate.denominator,
    case when candidate.exclusion is null then candidate.amount end,
    candidate.price,
    candidate.price_source,
    coalesce(candidate.exclusion, 'charge'),
    case
        when candidate.exclusion is not null then null
        when candidate.event_id is null then 'new'
        else 'pending'
    end
from candidate
union all
select
    cast(:preview as bigint),
    event.client_plan_id,
    event.client_package_id,
    event.service_plan_id,
    event.package_id,
    event.id,
    event.reference_month,
    event.segment,
    event.days,
    event.denominator,
    event.amount,
    event.price,
    event.price_source,
    'charge',
    'processed'
from billing.processed_charge(:due_date) as event
