-- In: run_id. Deletes the run's exclusions that are no longer on the list (candidate), and the numbers that stand for
-- old ones: the list has them all.
with summed as (
    delete from billing.exclusion_sum
    where exclusion_sum.run_id = :run_id
)

delete from billing.exclusion as exclusion
where
    exclusion.run_id = :run_id
    and not exists (
        select 1
        from candidate
        where candidate.client_package_id = exclusion.client_package_id and candidate.exclusion is not null
    )
