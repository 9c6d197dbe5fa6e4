-- In: client_plan_id, since and until (due dates, until is the first one left out). Out: the billing events of a client
-- plan in that span, the newest first, each with what its amount comes from. By the client packages, which the events
-- have indexes for; what was billed is never deleted.
select
    event.id,
    event.due_date,
    event.reference_month,
    event.kind,
    event.amount,
    package.name as package,
    case
        when event.cancelled_at is not null then 'cancelled'
        when posting.id is not null then 'processed'
        else 'pending'
    end as status,
    event.cancel_reason,
    event.reversed,
    event.price,
    event.price_source,
    event.days,
    event.denominator,
    event.policy_id,
    policy.proration,
    policy.timing
from tv.client_package as sold
cross join lateral billing.event_of(sold.id, :since) as event
inner join tv.package as package on event.package_id = package.id
left join billing.policy as policy on event.policy_id = policy.id
left join finance.posting as posting
    on
        event.due_date = posting.event_due_date
        and event.id = posting.id
        and posting.event_due_date >= :since
        and posting.event_due_date < :until
where
    sold.client_plan_id = :client_plan_id
    and event.due_date >= :since
    and event.due_date < :until
order by event.due_date desc, event.id desc
limit 500
