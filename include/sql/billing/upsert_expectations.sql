-- In: run_id, due_date. Writes, for each service plan, the number of candidates and of charges, and the sum of the
-- charges in reais. It counts the list (part, candidate) and not the saved events, so that the books can be checked
-- against it. Opens a closed run again if they differ.
with written as (
    insert into billing.expectation as stored (run_id, service_plan_id, candidates, charges, amount)
    select
        :run_id,
        counted.service_plan_id,
        sum(counted.candidates),
        sum(counted.charges),
        sum(counted.amount)
    from (
        select
            part.service_plan_id,
            part.whole_months as candidates,
            case when part.exclusion is null then part.rows else 0 end as charges,
            coalesce(part.amount, 0) as amount
        from part
        union all
        -- A month that is charged by its days may have several segments: it is counted where its first charge is.
        select
            by_days.service_plan_id,
            count(*) as candidates,
            0 as charges,
            0 as amount
        from (
            select distinct on (segment.client_package_id, segment.reference_month) segment.service_plan_id
            from (
                select
                    candidate.client_package_id,
                    candidate.reference_month,
                    candidate.segment,
                    candidate.exclusion,
                    candidate.service_plan_id
                from candidate
                where candidate.days is not null
                union all
                select
                    event.client_package_id,
                    event.reference_month,
                    event.segment,
                    null as exclusion,
                    event.service_plan_id
                from billing.processed_charge(:due_date) as event
                where event.days is not null
            ) as segment
            order by
                segment.client_package_id, segment.reference_month, segment.exclusion is not null, segment.segment
        ) as by_days
        group by by_days.service_plan_id
    ) as counted
    group by counted.service_plan_id
    on conflict (run_id, service_plan_id) do update
        set candidates = excluded.candidates, charges = excluded.charges, amount = excluded.amount
        where (stored.candidates, stored.charges, stored.amount)
        is distinct from (excluded.candidates, excluded.charges, excluded.amount)
    returning stored.run_id
)

update billing.run
set status = 'saved', closed_at = null
where run.id = :run_id and run.status = 'closed' and exists (select 1 from written)
