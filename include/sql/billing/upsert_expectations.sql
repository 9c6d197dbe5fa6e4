-- In: run_id. Writes, plan by plan, how many candidates there are and what must be charged, counted on the list
-- (candidate) and not on the events, so that the books can be checked against it.
insert into billing.expectation as kept (run_id, service_plan_id, candidates, charges, amount)
select
    :run_id,
    candidate.service_plan_id,
    count(*),
    count(*) filter (where candidate.exclusion is null),
    coalesce(sum(candidate.amount) filter (where candidate.exclusion is null), 0)
from candidate
group by candidate.service_plan_id
on conflict (run_id, service_plan_id) do update
    set candidates = excluded.candidates, charges = excluded.charges, amount = excluded.amount
    where (kept.candidates, kept.charges, kept.amount)
    is distinct from (excluded.candidates, excluded.charges, excluded.amount)
