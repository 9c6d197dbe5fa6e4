-- In: as billing.due; a due date is settled if billed_by is null. Out: the rows of billing.due, with a reason also
-- for what was charged for the month already. A month that was charged in full, whichever due date and sale it was
-- by, is not charged a second time. Beside days that were charged, another sale is charged, or a segment that a
-- person took back and lets be charged again: unchanged, if that much is left of the month; else what is left, as one
-- difference (segment 0) on top of what was charged. What is only pending on another due date is charged here,
-- because that pending event is stale: the due day moved.
create or replace function billing.uncharged(for_due_date date, billed_by date default null)
returns setof billing.month_of_sale
language sql stable parallel safe
as $$
    select
        due.client_plan_id,
        due.service_plan_id,
        due.client_package_id,
        due.package_id,
        due.reference_month,
        coalesce(beside.segment, due.segment),
        coalesce(beside.amount, due.amount),
        due.price,
        due.price_source,
        coalesce(beside.days, due.days),
        coalesce(beside.days_before, due.days_before),
        coalesce(beside.value_before, due.value_before),
        coalesce(beside.denominator, due.denominator),
        due.policy_id,
        coalesce(
            due.exclusion,
            case when due.reference_month < (select go_live.month from billing.go_live) then 'before_go_live' end,
            beside.exclusion
        )
    from billing.due(for_due_date, billed_by) as due
    left join billing.due_beside_charged(for_due_date, billed_by) as beside
        on
            due.client_package_id = beside.client_package_id
            and due.reference_month = beside.reference_month
            and due.segment = beside.due_segment
$$;
