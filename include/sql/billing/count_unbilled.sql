-- In: due_date. Out: one row: what became chargeable since the list was saved and so has no event, and its amount.
select
    count(*) as candidates,
    coalesce(sum(candidate.amount), 0) as amount
from billing.candidate(:due_date) as candidate
left join billing.event as live
    on
        candidate.client_package_id = live.client_package_id
        and live.reference_month = :reference_month
        and live.kind = 'charge'
        and live.status <> 'cancelled'
where candidate.exclusion is null and live.id is null
