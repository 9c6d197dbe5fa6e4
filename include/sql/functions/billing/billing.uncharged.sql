-- In: as billing.due. Out: the rows of billing.due, with a reason also for what was charged for the month already. A
-- month that was charged in full, whichever due date and sale it was by, is not charged a second time. Beside days that
-- were charged, another sale is charged, or a segment that a person took back and lets be charged again: as it is while
-- that is left of the month, else what is left, as one difference (segment 0) on top of what was charged. What is only
-- pending on another due date is charged here, because that pending event is stale: the due day moved.
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
        case when part.is_difference then 0 else due.segment end,
        case when part.is_difference then rest.amount else due.amount end,
        due.price,
        due.price_source,
        case when part.is_difference then rest.days else due.days end,
        case when part.is_difference then cast(charged.days as integer) else due.days_before end,
        case when part.is_difference then charged.amount else due.value_before end,
        case when part.is_difference then rest.denominator else due.denominator end,
        due.policy_id,
        coalesce(
            due.exclusion,
            case
                when due.reference_month < (select go_live.month from billing.go_live) then 'before_go_live'
                when not taken_back.rebill then 'corrected'
                when due.segment = 0 or charged.billed is null or rest.whole then null
                when rest.whole is null then 'already_billed'
                else rest.exclusion
            end
        )
    from billing.due(for_due_date, billed_by) as due
    left join billing.charged(for_due_date) as charged
        on
            due.client_plan_id = charged.client_plan_id
            and due.package_id = charged.package_id
            and due.reference_month = charged.reference_month
    left join billing.taken_back(for_due_date) as taken_back
        on
            due.client_package_id = taken_back.client_package_id
            and due.reference_month = taken_back.reference_month
            and due.segment = taken_back.segment
    left join
        lateral (
            select rest_of_month.*
            from billing.left_to_charge(
                due.client_plan_id,
                due.package_id,
                due.reference_month,
                charged.billed,
                charged.segments,
                charged.amount,
                charged.days,
                charged.days_kept
            ) as rest_of_month
            where
                due.exclusion is null
                and due.segment > 0
                and not charged.whole
                and billing.may_be_charged(
                    due.client_package_id, due.segment, taken_back.rebill, charged.billed, charged.segments
                )
        ) as rest
        on
            rest.whole
            or rest.exclusion is not null
            or (due.client_package_id = rest.client_package_id and due.segment = rest.segment)
    cross join lateral (select not rest.whole and rest.exclusion is null as is_difference) as part
$$;
