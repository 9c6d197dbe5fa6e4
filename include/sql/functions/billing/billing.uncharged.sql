-- In: as billing.due. Out: the rows of billing.due, with a reason also for what was charged for the month already. A
-- month that was charged in full, whichever due date and sale it was by, is not charged a second time. By days,
-- another sale is charged if the sales that were charged owe at least what was charged for them and have as many days,
-- and a segment that may be charged again if their other segments do; else what is missing is a difference. What is
-- only pending on another due date is charged here, because that pending event is stale: the due day moved. A
-- difference (segment 0) comes on top of what was charged. A segment that a person took back is charged again only if
-- that person said so.
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
        due.segment,
        due.amount,
        due.price,
        due.price_source,
        due.days,
        due.days_before,
        due.value_before,
        due.denominator,
        due.policy_id,
        coalesce(
            due.exclusion,
            case
                when due.reference_month < (select go_live.month from billing.go_live) then 'before_go_live'
                when not taken_back.rebill then 'corrected'
                when due.segment > 0 and charged.billed is not null and (
                    charged.whole
                    or due.days is null
                    or (
                        due.client_package_id = any(charged.billed)
                        and (
                            taken_back.rebill is not true
                            or billing.segment_key(due.client_package_id, due.segment) = any(charged.segments)
                        )
                    )
                    or not billing.owe_as_charged(
                        due.client_plan_id,
                        due.package_id,
                        due.reference_month,
                        charged.billed,
                        charged.amount,
                        charged.days,
                        case when due.client_package_id = any(charged.billed) then charged.segments end
                    )
                )
                    then 'already_billed'
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
$$;
