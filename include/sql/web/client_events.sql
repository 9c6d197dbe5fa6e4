-- In: client_plan_id, since and until (due dates, until is the first one left out). Out: the billing events of a client
-- plan in that span, the newest first, each with what its amount comes from. By the client packages, which the events
-- have indexes for; what was billed is never deleted. Names are looked up for the page's rows only, which spares
-- planning a join with each partition.
with page as materialized (
    select
        event.id,
        event.due_date,
        event.reference_month,
        event.kind,
        event.amount,
        event.package_id,
        case
            when event.cancelled_at is not null then 'cancelled'
            when event.kind = 'reversal' and billing.credit_settled_at(event.id) is null then 'pending'
            when
                event.kind = 'reversal'
                or exists (
                    select 1
                    from finance.posting
                    where
                        posting.event_due_date = event.due_date
                        and posting.id = event.id
                        and posting.event_due_date >= :since
                        and posting.event_due_date < :until
                ) then 'processed'
            else 'pending'
        end as status,
        event.cancel_reason,
        event.reversed,
        event.price,
        event.price_source,
        event.segment,
        event.days,
        event.value_before,
        event.denominator,
        event.policy_id
    from billing.event_record as event
    where
        event.client_package_id = any(
            array(
                select sold.id
                from tv.client_package as sold
                where sold.client_plan_id = :client_plan_id
            )
        )
        and event.due_date >= :since
        and event.due_date < :until
        -- Always true: the conditions of the two indexes that find all events of a client package.
        and (
            (event.kind = 'charge' and event.cancelled_at is null and not event.reversed)
            or event.kind <> 'charge' or event.cancelled_at is not null or event.reversed
        )
    order by event.due_date desc, event.id desc
    limit 500
)

select
    page.id,
    page.due_date,
    page.reference_month,
    page.kind,
    page.amount,
    package.name as package,
    page.status,
    page.cancel_reason,
    page.reversed,
    page.price,
    page.price_source,
    page.segment,
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
order by page.due_date desc, page.id desc
