-- In: for_due_date. Out: each package of a client plan that was charged for a month that the due date bills, by
-- another due date or by another sale or, by days, at all: whether in full, and not given back whole; the sum of its
-- charges in reais, less what a policy gave back (amount); how many days they have (days), and how many of these
-- were not given back, by the share of their amount (days_kept); by which client packages (billed), which of their
-- segments (billing.segment_key), and at which prices (billing.price_key). Reads only those other due dates that can
-- charge the same months.
create or replace function billing.charged(for_due_date date)
returns table (
    client_plan_id bigint,
    package_id bigint,
    reference_month date,
    whole boolean,
    amount numeric,
    days bigint,
    days_kept bigint,
    billed bigint[],
    segments bigint[],
    prices numeric[]
)
language sql stable parallel safe
as $$
    with charge as (
        select
            event.id,
            event.due_date,
            event.client_plan_id,
            event.package_id,
            event.reference_month,
            event.client_package_id,
            event.segment,
            event.amount,
            event.price,
            event.days
        from billing.charge_of_other_due_date(for_due_date, null) as event
        inner join finance.posting
            on
                event.due_date = posting.event_due_date
                and event.id = posting.id
                -- Said of the postings too, so that only their partitions are planned and locked.
                and posting.event_due_date >= billing.charging_since(for_due_date)
                and posting.event_due_date < billing.charging_until(for_due_date)
        where
            event.reference_month = any(
                array(
                    select billing.month_of(for_due_date)
                    union all
                    select billing.month_before(for_due_date)
                    where
                        exists (
                            select
                            from billing.policy
                            where policy.timing = 'arrears'
                        )
                )
            )
        union all
        select
            event.id,
            event.due_date,
            event.client_plan_id,
            event.package_id,
            event.reference_month,
            event.client_package_id,
            event.segment,
            event.amount,
            event.price,
            event.days
        from billing.processed_charge(for_due_date) as event
        where event.days is not null
        union all
        select
            event.id,
            event.due_date,
            event.client_plan_id,
            event.package_id,
            event.reference_month,
            event.client_package_id,
            event.segment,
            event.amount,
            event.price,
            event.days
        from billing.processed_charge(for_due_date) as event
        -- Apart from those by days: a table that is read inside an `or` hands all rows to one process.
        where
            event.days is null
            -- Sales of a package to a client plan never overlap: it has another only if one of them was cancelled.
            and (event.client_plan_id, event.package_id) in (
                select
                    gone.client_plan_id,
                    gone.package_id
                from tv.client_package as gone
                where gone.cancelled_on is not null
            )
    )

    select
        kept.client_plan_id,
        kept.package_id,
        kept.reference_month,
        bool_or(billing.in_full(kept.days, kept.segment, kept.rest)),
        sum(kept.rest),
        cast(sum(kept.days_charged) as bigint),
        cast(round(sum(kept.days_charged * kept.rest / kept.amount)) as bigint),
        array_agg(kept.client_package_id),
        array_agg(billing.segment_key(kept.client_package_id, kept.segment)),
        array_agg(billing.price_key(kept.client_package_id, kept.price))
    from (
        select
            charge.*,
            coalesce(
                charge.days, extract(day from charge.reference_month + interval '1 month' - interval '1 day')
            ) as days_charged,
            charge.amount + coalesce(adjusted.amount, 0) as rest
        from charge
        left join billing.adjusted as adjusted
            on
                charge.id = adjusted.charge_id
                and charge.due_date = adjusted.due_date
                and adjusted.due_date >= billing.charging_since(for_due_date)
                and adjusted.due_date < billing.charging_until(for_due_date)
    ) as kept
    group by kept.client_plan_id, kept.package_id, kept.reference_month
$$;
