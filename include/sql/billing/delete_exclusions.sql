-- In: run_id. Removes the run's exclusions that the list (candidate) no longer has.
delete from billing.exclusion as exclusion
where
    exclusion.run_id = :run_id
    and not exists (
        select 1
        from candidate
        where candidate.client_package_id = exclusion.client_package_id and candidate.exclusion is not null
    )
