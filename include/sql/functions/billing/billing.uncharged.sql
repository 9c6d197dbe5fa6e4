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
        listed.client_plan_id,
        listed.service_plan_id,
        listed.client_package_id,
        listed.package_id,
        listed.reference_month,
        coalesce((listed.beside).segment, listed.segment),
        coalesce((listed.beside).amount, listed.amount),
        listed.price,
        listed.price_source,
        coalesce((listed.beside).days, listed.days),
        coalesce((listed.beside).days_before, listed.days_before),
        coalesce((listed.beside).value_before, listed.value_before),
        coalesce((listed.beside).denominator, listed.denominator),
        listed.policy_id,
        coalesce(
            listed.exclusion,
            case
                when listed.reference_month < (select go_live.month from billing.go_live) then 'before_go_live'
                when listed.was_taken_back then 'corrected'
                when listed.segment = 0 or not listed.was_charged then null
                when (listed.beside).segment is null then 'already_billed'
                else (listed.beside).exclusion
            end
        )
    from (
        select
            due.*,
            due.segment = any(taken_back.for_good) as was_taken_back,
            charged.billed is not null as was_charged,
            case
                when
                    not charged.whole
                    and due.segment > 0
                    and due.exclusion is null
                    and billing.may_be_charged(
                        due.client_package_id, due.segment, due.price, taken_back.again, taken_back.again_prices,
                        charged.billed, charged.prices
                    )
                    then
                        billing.left_to_charge(
                            due, charged.billed, charged.segments, charged.prices, charged.amount, charged.days,
                            charged.days_kept, billed_by is null
                        )
            end as beside
        from billing.due(for_due_date, billed_by) as due
        left join billing.charged(for_due_date) as charged
            on
                due.client_plan_id = charged.client_plan_id
                and due.package_id = charged.package_id
                and due.reference_month = charged.reference_month
        left join billing.taken_back_package(for_due_date) as taken_back
            on
                due.client_package_id = taken_back.client_package_id
                and due.reference_month = taken_back.reference_month
        -- So that what is left is worked out once. Not a plain 0, as in billing.candidate.
        offset '0'
    ) as listed
$$;
