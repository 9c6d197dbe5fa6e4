-- In: days, at least 62; at_most. Replaces the exclusions of closed due dates that are older by their numbers
-- (billing.exclusion_sum). Out: how many it deleted. Runs as the owner of the tables.
create or replace function billing.delete_old_exclusions(days integer, at_most integer)
returns bigint language plpgsql
security definer set search_path = pg_catalog, pg_temp
as $$
declare
    deleted bigint;
begin
    perform billing.require_age(days, 62);
    with gone as (
        delete from billing.exclusion
        where (run_id, client_package_id, reference_month) in (
            select exclusion.run_id, exclusion.client_package_id, exclusion.reference_month
            from billing.run
            inner join billing.exclusion on run.id = exclusion.run_id
            where
                run.kind = 'tv'
                and run.status = 'closed'
                and run.due_date < current_date - delete_old_exclusions.days
            order by exclusion.run_id, exclusion.client_package_id, exclusion.reference_month
            limit at_most
        )
        returning run_id, service_plan_id, reason
    ),

    summed as (
        insert into billing.exclusion_sum as kept (run_id, service_plan_id, reason, client_packages)
        select run_id, service_plan_id, reason, count(*)
        from gone
        group by run_id, service_plan_id, reason
        on conflict (run_id, service_plan_id, reason)
        do update set client_packages = kept.client_packages + excluded.client_packages
    )

    select count(*) into deleted from gone;
    return deleted;
end
$$;
