-- In: due_date. Sums its events by reference month, package and status, and what is posted of them.
insert into reports.due_date_sum (due_date, reference_month, package_id, status, events, amount, postings, posted)
select
    event.due_date,
    event.reference_month,
    event.package_id,
    case
        when event.cancelled_at is not null then 'cancelled'
        when posting.id is not null then 'processed'
        else 'pending'
    end as status,
    count(*) as events,
    sum(event.amount) as amount,
    count(posting.id) filter (where event.kind = 'charge')
    - count(posting.id) filter (where event.kind = 'reversal') as postings,
    coalesce(sum(posting.amount), 0) as posted
from billing.event_record as event
left join finance.posting
    on event.due_date = posting.event_due_date and event.id = posting.id and posting.event_due_date = :due_date
where event.due_date = :due_date
group by event.due_date, event.reference_month, event.package_id, status
