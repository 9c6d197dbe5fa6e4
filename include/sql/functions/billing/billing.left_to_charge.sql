-- In: a client plan, a package and a month; what was charged for it, as in billed, segments, amount, days and days_kept
-- of billing.charged. Out: whether all that may be charged beside that (billing.may_be_charged) is left to be charged,
-- to the centavo and the day. If not, the amount and the days of it that are left, or a reason not to charge them; and
-- the last sale and segment, which name them. If days of it were charged already, what they cost more by now is a
-- difference, and not left here. No row if nothing may be charged. For the few months that are charged in parts, so it
-- is not inlined.
create or replace function billing.left_to_charge(
    of_client_plan bigint,
    of_package bigint,
    of_month date,
    charged_client_packages bigint[],
    charged_segments bigint[],
    charged_amount numeric,
    charged_days bigint,
    charged_days_kept bigint
)
returns table (
    whole boolean,
    client_package_id bigint,
    segment integer,
    amount numeric,
    days integer,
    denominator integer,
    exclusion text
)
language plpgsql stable parallel safe rows 1 cost 100000
set enable_nestloop = on
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    days_of_month bigint := extract(day from of_month + interval '1 month' - interval '1 day');
begin
    return query
    with owed as (
        select
            owed.client_package_id,
            owed.segment,
            owed.amount,
            coalesce(owed.price * owed.days / owed.denominator, owed.amount) as uncut,
            owed.days is not null as by_days,
            coalesce(owed.days, days_of_month) as days,
            billing.may_be_charged(
                owed.client_package_id, owed.segment, taken_back.rebill, charged_client_packages, charged_segments
            ) as may_be_charged
        from billing.owed(of_month, null, null, array[of_client_plan]) as owed
        left join billing.taken_back(of_month) as taken_back
            on
                owed.client_package_id = taken_back.client_package_id
                and owed.segment = taken_back.segment
                and taken_back.reference_month = of_month
        where
            owed.client_plan_id = of_client_plan
            and owed.package_id = of_package
            and owed.exclusion is null
            and taken_back.rebill is not false
    ),

    in_question as (
        select
            sum(owed.amount) filter (where owed.may_be_charged) as amount,
            sum(owed.uncut) filter (where owed.may_be_charged) as uncut,
            sum(owed.days) filter (where owed.may_be_charged) as days,
            sum(owed.amount) - charged_amount as amount_left,
            sum(owed.days) - charged_days_kept as days_left,
            -- A month in full is not charged beside days of it.
            bool_and(owed.by_days) as by_days
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
    ),

    rest as (
        select
            last.client_package_id,
            last.segment,
            in_question.by_days
            and in_question.amount <= in_question.amount_left
            and in_question.days <= least(in_question.days_left, days_of_month - charged_days) as whole,
            least(
                in_question.amount_left,
                -- A centavo that was cut off is no difference; and 20.0000001 reais are 20.00.
                ceil(round(
                    100 * in_question.uncut * least(in_question.days_left, in_question.days) / in_question.days, 4
                )) / 100
            ) as amount,
            least(in_question.days, in_question.days_left, days_of_month - charged_days) as days
        from last
        cross join in_question
    )

    select
        rest.whole,
        rest.client_package_id,
        rest.segment,
        round(rest.amount, 2),
        cast(greatest(rest.days, 0) as integer),
        cast(days_of_month as integer),
        case
            when
                exists (
                    select
                    from billing.taken_back(of_month) as difference
                    where
                        difference.client_package_id = rest.client_package_id
                        and difference.reference_month = of_month
                        and difference.segment = 0
                        and not difference.rebill
                )
                then 'corrected'
            when rest.amount <= 0 then 'already_billed'
        end
    from rest;
end
$$;
