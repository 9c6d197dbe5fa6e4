-- In: due_date. Out: each service plan whose candidates, as counted when the list was saved, are not all there as a
-- live charge or an exclusion, and each client package that is there as both. Nothing disappears silently.
with run as (
    select run.id
    from billing.run as run
    where run.kind = 'tv' and run.due_date = :due_date
),

charged as (
    -- A month that is charged by its days may have several segments: it counts where the first is.
    (
        select distinct on (event.client_package_id, event.reference_month)
            event.service_plan_id,
            event.client_package_id,
            event.reference_month
        from billing.live_charge(:due_date) as event
        where event.days is not null
        order by event.client_package_id, event.reference_month, event.segment
    )
    union all
    select
        event.service_plan_id,
        event.client_package_id,
        event.reference_month
    from billing.live_charge(:due_date) as event
    where event.days is null
),

accounted as (
    select
        charged.service_plan_id,
        charged.client_package_id,
        charged.reference_month
    from charged
    union all
    select
        exclusion.service_plan_id,
        exclusion.client_package_id,
        exclusion.reference_month
    from billing.exclusion as exclusion
    inner join run on exclusion.run_id = run.id
    where
        -- A person may take back one segment of several.
        not (
            exclusion.reason = 'corrected'
            and exists (
                select
                from charged
                where
                    charged.client_package_id = exclusion.client_package_id
                    and charged.reference_month = exclusion.reference_month
            )
        )
),

counted as (
    select
        accounted.service_plan_id,
        count(*) as candidates
    from accounted
    group by accounted.service_plan_id
    union all
    select
        old.service_plan_id,
        old.client_packages
    from billing.exclusion_sum as old
    inner join run on old.run_id = run.id
),

by_plan as (
    select
        counted.service_plan_id,
        sum(counted.candidates) as candidates
    from counted
    group by counted.service_plan_id
),

listed as (
    select
        expectation.service_plan_id,
        expectation.candidates
    from billing.expectation as expectation
    inner join run on expectation.run_id = run.id
    where expectation.candidates > 0
)

select
    'service plan ' || coalesce(listed.service_plan_id, by_plan.service_plan_id)
    || ': ' || coalesce(listed.candidates, 0) || ' candidates were listed, '
    || coalesce(by_plan.candidates, 0) || ' are charges or exclusions' as offender
from listed
full join by_plan on listed.service_plan_id = by_plan.service_plan_id
where listed.candidates is distinct from by_plan.candidates
union all
select 'client package ' || accounted.client_package_id || ' is charged and excluded' as offender
from accounted
group by accounted.client_package_id, accounted.reference_month
having count(*) > 1
