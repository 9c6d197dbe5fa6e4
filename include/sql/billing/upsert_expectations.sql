-- In: run_id. Writes, for each service plan, the number of candidates and of charges, and the sum of the charges in
-- reais. It counts the list (candidate, processed) and not the saved events, so that the books can be checked against
-- it. Opens a closed run again if they differ.
with written as (
    insert into billing.expectation as stored (run_id, service_plan_id, candidates, charges, amount)
    select
        :run_id,
        part.service_plan_id,
        sum(part.candidates),
        sum(part.charges),
        sum(part.amount)
    from (
        select
            candidate.service_plan_id,
            count(*) filter (where candidate.segment = 1) as candidates,
            count(*) filter (where candidate.exclusion is null) as charges,
            coalesce(sum(candidate.amount) filter (where candidate.exclusion is null), 0) as amount
        from candidate
        group by candidate.service_plan_id
        union all
        select
            processed.service_plan_id,
            processed.candidates,
            processed.charges,
            processed.amount
        from processed
    ) as part
    group by part.service_plan_id
    on conflict (run_id, service_plan_id) do update
        set candidates = excluded.candidates, charges = excluded.charges, amount = excluded.amount
        where (stored.candidates, stored.charges, stored.amount)
        is distinct from (excluded.candidates, excluded.charges, excluded.amount)
    returning stored.run_id
)

update billing.run
set status = 'saved', closed_at = null
where run.id = :run_id and run.status = 'closed' and exists (select 1 from written)
