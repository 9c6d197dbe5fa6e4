-- In: due_date. Out: each event of the due date that is processed and has not exactly one posting, or has one without
-- being processed, or whose posting has another amount, client plan, due date or kind.
select
    'event ' || event.id || ' (' || event.status || ', ' || event.amount || ') has '
    || count(posting.id) || ' postings of ' || coalesce(sum(posting.amount), 0) as offender
from billing.run as run
inner join billing.event as event on run.id = event.run_id
left join finance.posting as posting on event.id = posting.billing_event_id
left join finance.invoice as invoice on posting.invoice_id = invoice.id
where run.kind = 'tv' and run.due_date = :due_date
group by event.id
having
    count(posting.id) <> case event.status when 'processed' then 1 else 0 end
    or bool_or(
        (posting.amount, invoice.client_plan_id, case event.kind when 'charge' then invoice.due_date end, posting.kind)
        is distinct from (
            event.amount,
            event.client_plan_id,
            case event.kind when 'charge' then event.due_date end,
            case event.kind when 'charge' then 'tv_package' else 'reversal' end
        )
    ) filter (where posting.id is not null)
