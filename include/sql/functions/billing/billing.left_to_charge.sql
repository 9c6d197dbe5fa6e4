-- In: a row of billing.due that may be charged beside what was charged for its month (billing.may_be_charged); what
-- was, as in billing.charged; and whether the due date is settled: then the row stays as it was saved, while
-- anything is left of the month. Out: the row as it is, if all that may be charged beside that is left to be
-- charged, to the centavo and the day. If not, the last of its sales and segments is the difference (segment 0): the
-- amount and the days of it that are left; and the others have a reason not to be charged. If days of it were
-- charged already, what they cost more by now is not left here; nor is a difference that a person took back. For the
-- few months that are charged in parts, so it is not inlined.
create or replace function billing.left_to_charge(
    due billing.month_of_sale,
    charged_client_packages bigint[],
    charged_segments bigint[],
    charged_prices numeric[],
    charged_amount numeric,
    charged_days bigint,
    charged_days_kept bigint,
    is_settled boolean
)
returns billing.month_of_sale
language plpgsql stable parallel safe cost 100000
set enable_nestloop = on
set plan_cache_mode = force_custom_plan
as $$
declare
    days_of_month bigint := extract(day from due.reference_month + interval '1 month' - interval '1 day');
    refused record;
    rest record;
begin
    -- As if they had been charged.
    select
        array_agg(difference.client_package_id) as client_packages,
        coalesce(sum(difference.amount), 0) as amount,
        coalesce(sum(difference.days), 0) as days
    into refused
    from (
        select distinct on (event.client_package_id, event.due_date)
            event.client_package_id,
            event.amount,
            event.days
        from billing.taken_back(due.reference_month) as taken_back
        inner join billing.event_record as event on taken_back.client_package_id = event.client_package_id
        where
            taken_back.reference_month = due.reference_month
            and taken_back.segment = 0
            and not taken_back.rebill
            and event.due_date >= due.reference_month
            and event.due_date < billing.charging_until(due.reference_month)
            and event.client_plan_id = due.client_plan_id
            and event.package_id = due.package_id
            and event.reference_month = due.reference_month
            and event.segment = 0
            and event.kind = 'charge'
            and (event.reversed or event.cancel_reason = 'corrected')
        order by event.client_package_id, event.due_date, event.id desc
    ) as difference;
    with owed as (
        select
            owed.client_package_id,
            owed.segment,
            owed.amount,
            coalesce(owed.price * owed.days / owed.denominator, owed.amount) as uncut,
            owed.days is not null as by_days,
            coalesce(owed.days, days_of_month) as days,
            billing.segment_key(owed.client_package_id, owed.segment) = any(charged_segments) as has_number_of_charged,
            (owed.segment = any(taken_back.for_good)) is not true
            and billing.may_be_charged(
                owed.client_package_id, owed.segment, owed.price, taken_back.again, taken_back.again_prices,
                charged_client_packages, charged_prices
            ) as may_be_charged
        from billing.owed(due.reference_month, null, null, array[due.client_plan_id]) as owed
        left join billing.taken_back_package(due.reference_month) as taken_back
            on
                owed.client_package_id = taken_back.client_package_id
                and due.reference_month = taken_back.reference_month
        where
            owed.client_plan_id = due.client_plan_id
            and owed.package_id = due.package_id
            and owed.exclusion is null
            and (
                (owed.segment = any(taken_back.for_good)) is not true
                or owed.client_package_id = any(refused.client_packages)
            )
    ),

    in_question as (
        select
            sum(owed.amount) filter (where owed.may_be_charged) as amount,
            sum(owed.uncut) filter (where owed.may_be_charged) as uncut,
            sum(owed.days) filter (where owed.may_be_charged) as days,
            sum(owed.amount) - charged_amount - refused.amount as amount_left,
            sum(owed.days) - charged_days_kept - refused.days as days_left,
            -- A month in full is not charged beside days of it.
            bool_and(owed.by_days)
            -- Two live segments have no number in common.
            and not bool_or(owed.has_number_of_charged) filter (where owed.may_be_charged) as as_segments
        from owed
    ),

    last as (
        select
            owed.client_package_id,
            owed.segment
        from owed
        where owed.may_be_charged
        order by owed.client_package_id desc, owed.segment desc
        limit 1
    )

    select
        last.client_package_id,
        last.segment,
        in_question.as_segments
        and in_question.amount <= in_question.amount_left
        and in_question.days <= least(in_question.days_left, days_of_month - charged_days) as whole,
        least(
            in_question.amount_left,
            -- A centavo that was cut off is no difference; and 20.0000001 reais are 20.00.
            ceil(round(
                100 * in_question.uncut * least(in_question.days_left, in_question.days) / in_question.days, 4
            )) / 100
        ) as amount,
        greatest(least(in_question.days, in_question.days_left, days_of_month - charged_days), 0) as days
    into rest
    from last
    cross join in_question;
    if rest.whole or (is_settled and rest.amount > 0) then
        return due;
    end if;
    if rest.amount > 0 and rest.client_package_id = due.client_package_id and rest.segment = due.segment then
        due.segment := 0;
        due.amount := round(rest.amount, 2);
        due.days := rest.days;
        due.days_before := least(charged_days, days_of_month);
        due.value_before := charged_amount;
        due.denominator := days_of_month;
    else
        due.exclusion :=
            case when due.client_package_id = any(refused.client_packages) then 'corrected' else 'already_billed' end;
    end if;
    return due;
end
$$;
