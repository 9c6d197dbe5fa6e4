-- Out: the events with their status: cancelled if it was voided; processed if it has a posting or, for a reversal, if
-- its postings and payouts add up to it; else pending.
create or replace view billing.event as
select
    record.id,
    record.run_id,
    record.client_plan_id,
    record.service_plan_id,
    record.client_package_id,
    record.package_id,
    record.due_date,
    record.reference_month,
    record.kind,
    record.amount,
    record.price_source,
    case
        when record.cancelled_at is not null then 'cancelled'
        when
            case record.kind
                when 'reversal' then billing.credit_settled_at(record.id) is not null
                else posting.id is not null
            end
            then 'processed'
        else 'pending'
    end as status,
    record.cancel_reason,
    record.created_at,
    case record.kind
        when 'reversal' then billing.credit_settled_at(record.id)
        else posting.created_at
    end as processed_at,
    record.cancelled_at,
    record.price,
    record.days,
    record.days_before,
    record.denominator,
    record.policy_id,
    record.reversed,
    record.cancelled_at is null and not record.reversed as live,
    record.segment,
    record.value_before
from billing.event_record as record
left join finance.posting on record.due_date = posting.event_due_date and record.id = posting.id;
comment on view billing.event is 'The events with their status: processed is what has its postings.';
comment on column billing.event.live is 'Neither voided nor given back.';
