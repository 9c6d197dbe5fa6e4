-- In: due_date. Sums its events by reference month, package and status, and what is posted of them. What is paid out of
-- a credit counts as posted, because the client has it.
insert into reports.due_date_sum (due_date, reference_month, package_id, status, events, amount, postings, posted)
select
    event.due_date,
    event.reference_month,
    event.package_id,
    case
        when event.cancelled_at is not null then 'cancelled'
        when case event.kind when 'reversal' then credit.rest = 0 else posting.id is not null end then 'processed'
        else 'pending'
    end as status,
    count(*) as events,
    sum(event.amount) as amount,
    count(posting.id) filter (where event.kind = 'charge')
    - count(*) filter (where event.kind = 'reversal' and credit.rest = 0) as postings,
    coalesce(
        sum(case event.kind when 'reversal' then credit.amount + credit.rest else posting.amount end), 0
    ) as posted
from billing.event_record as event
left join finance.posting
    on event.due_date = posting.event_due_date and event.id = posting.id and posting.event_due_date = :due_date
left join billing.credit
    on event.kind = 'reversal' and event.id = credit.event_id and not credit.voided and credit.due_date = :due_date
where event.due_date = :due_date
group by event.due_date, event.reference_month, event.package_id, status
