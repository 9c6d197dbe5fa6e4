-- In: due_date. Out: each charge of the due date that has more than one posting, or one although it was voided, or one
-- of another amount, client plan or kind, or one on the invoice of another due date to which it was not carried; each
-- reversal with a posting of another kind, or with one although it was voided; each posting of the due date without an
-- event; and each charge that is not posted although its run is closed. Whether a credit's postings add up says
-- credit_adds_up.
select
    'event ' || coalesce(event.id, posting.billing_event_id) || ' ('
    || case when event.cancelled_at is null then 'live' else 'voided' end || ', ' || coalesce(event.amount, 0)
    || ') has ' || count(posting.id) || ' postings of ' || coalesce(sum(posting.amount), 0) as offender
from (
    select event.*
    from billing.event_record as event
    where event.due_date = :due_date
) as event
full join (
    select posting.*
    from finance.posting
    where posting.event_due_date = :due_date
) as posting on event.id = posting.billing_event_id
left join finance.invoice as invoice on posting.invoice_id = invoice.id
left join billing.carried_charge as carried
    on event.id = carried.event_id and posting.invoice_id = carried.invoice_id
group by event.id, event.cancelled_at, event.amount, event.kind, posting.billing_event_id
having
    count(posting.id) > case
        when event.id is null or event.cancelled_at is not null then 0
        when event.kind = 'charge' then 1
        else count(posting.id)
    end
    or bool_or(
        case event.kind
            when 'charge'
                then (posting.amount, invoice.client_plan_id, invoice.due_date, posting.kind) is distinct from (
                    event.amount,
                    event.client_plan_id,
                    case when carried.event_id is null then event.due_date else invoice.due_date end,
                    'tv_package'
                )
            else
                posting.kind <> 'reversal' or invoice.id is null
        end
    ) filter (where posting.id is not null)
union all
select 'event ' || charge.id || ' (live, ' || charge.amount || ') has no posting although its run is closed' as offender
from billing.live_charge(:due_date) as charge
where
    (select billing.is_closed(:due_date))
    and not exists (
        select 1
        from finance.posting
        where posting.event_due_date = :due_date and posting.id = charge.id
    )
