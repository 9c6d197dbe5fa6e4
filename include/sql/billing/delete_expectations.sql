-- In: run_id. Deletes the run's expectations of service plans that are no longer on the list (part). Opens a closed run
-- again if there are any.
with gone as (
    delete from billing.expectation as expected
    where
        expected.run_id = :run_id
        and not exists (
            select 1 from part
            where part.service_plan_id = expected.service_plan_id
        )
    returning expected.run_id
)

update billing.run
set status = 'saved', closed_at = null
where run.id = :run_id and run.status = 'closed' and exists (select 1 from gone)
