-- In: due_date. Makes the temporary table part: the list in few rows, of what is to be settled (candidate) and what is
-- processed already, by service plan and reason of exclusion. rows: client packages' months, or segments of them;
-- whole_months: those not charged by days; the sum and the highest charge in reais; and its share of the list's digest.
create temporary table part on commit drop as
select
    candidate.service_plan_id,
    candidate.exclusion,
    false as processed,
    count(*) as rows,
    count(*) filter (where candidate.days is null) as whole_months,
    sum(candidate.amount) filter (where candidate.exclusion is null) as amount,
    max(candidate.amount) filter (where candidate.exclusion is null) as greatest,
    sum(
        hash_record_extended(
            row(
                candidate.client_plan_id, candidate.service_plan_id, candidate.client_package_id,
                candidate.reference_month,
                case when candidate.exclusion is null then candidate.amount end, candidate.exclusion
            ), 0
        )
    ) as digest
from candidate
group by candidate.service_plan_id, candidate.exclusion
union all
select
    event.service_plan_id,
    cast(null as text),
    true,
    count(*),
    count(*) filter (where event.days is null),
    sum(event.amount),
    max(event.amount),
    sum(
        hash_record_extended(
            row(
                event.client_plan_id, event.service_plan_id, event.client_package_id, event.reference_month,
                event.amount, cast(null as text)
            ), 0
        )
    )
from billing.processed_charge(:due_date) as event
group by event.service_plan_id
