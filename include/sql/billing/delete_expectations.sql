-- In: run_id. Removes the run's expectations for service plans that the list (candidate, processed) no longer has.
delete from billing.expectation as expected
where
    expected.run_id = :run_id
    and not exists (
        select 1 from candidate
        where candidate.service_plan_id = expected.service_plan_id
    )
    and not exists (
        select 1 from processed
        where processed.service_plan_id = expected.service_plan_id
    )
