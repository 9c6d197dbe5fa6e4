-- In: for_due_date. Out: each package of a client plan that is charged more than once for a month that the due date may
-- charge or has charged, be it sold once or cancelled and sold again, or by more days than the month has; and how many
-- live charges it has. Differences (segment 0) add to a charge, but charge no day a second time.
create or replace function billing.charged_twice(for_due_date date)
returns table (client_plan_id bigint, package_id bigint, reference_month date, charges bigint)
language plpgsql stable
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    -- So that only the partitions that can have charges of these months are planned and locked.
    oldest date := least(
        billing.month_before(for_due_date), (
            select min(event.reference_month)
            from billing.live_charge(for_due_date) as event
        )
    );
begin
    return query
    select
        event.client_plan_id,
        event.package_id,
        event.reference_month,
        count(*)
    from billing.event_record as event
    where
        event.due_date >= oldest
        and event.due_date < billing.charging_until(for_due_date)
        and event.reference_month between oldest and for_due_date
        and event.kind = 'charge'
        and event.cancelled_at is null
        and not event.reversed
    group by event.client_plan_id, event.package_id, event.reference_month
    having
        count(*) > 1
        and (
            (
                count(*) filter (where event.segment > 0) > 1
                and (
                    count(*) filter (where event.segment > 0) > count(event.days) filter (where event.segment > 0)
                    or count(*) filter (where event.segment > 0)
                    > count(distinct row(event.client_package_id, event.segment)) filter (where event.segment > 0)
                )
            )
            or sum(event.days) > max(event.denominator)
        );
end
$$;
