-- In: run_id. Deletes the run's exclusions that are no longer on the list (candidate). Opens a closed run again if
-- there are any.
with gone as (
    delete from billing.exclusion as exclusion
    where
        exclusion.run_id = :run_id
        and not exists (
            select 1
            from candidate
            where candidate.client_package_id = exclusion.client_package_id and candidate.exclusion is not null
        )
    returning exclusion.run_id
)

update billing.run
set status = 'saved', closed_at = null
where run.id = :run_id and run.status = 'closed' and exists (select 1 from gone)
