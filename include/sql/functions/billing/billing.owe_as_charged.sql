-- In: a client plan, a package, a month, some of its client packages, an amount in reais and a number of days; charged
-- segments (as in billing.charged), or null. Out: whether these client packages owe at least so much, and for so many
-- days, of the month; if charged segments are given, without what a person took back and may be charged again. For the
-- few that were charged and sold again, so it is not inlined.
create or replace function billing.owe_as_charged(
    of_client_plan bigint,
    of_package bigint,
    of_month date,
    of_client_packages bigint[],
    charged_amount numeric,
    charged_days bigint,
    charged_segments bigint[]
)
returns boolean
language sql stable parallel safe cost 100000
set enable_nestloop = on
as $$
    select coalesce(sum(owed.amount), 0) >= charged_amount and coalesce(sum(owed.days), 0) >= charged_days
    from billing.owed(of_month, null, null, array[of_client_plan]) as owed
    where
        owed.client_plan_id = of_client_plan
        and owed.package_id = of_package
        and owed.client_package_id = any(of_client_packages)
        and owed.exclusion is null
        and not (
            charged_segments is not null
            and billing.segment_key(owed.client_package_id, owed.segment) <> all(charged_segments)
            and exists (
                select
                from billing.taken_back(of_month) as taken_back
                where
                    taken_back.client_package_id = owed.client_package_id
                    and taken_back.reference_month = of_month
                    and taken_back.segment = owed.segment
                    and taken_back.rebill
            )
        )
$$;
