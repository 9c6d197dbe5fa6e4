-- In: days. Out: the change sets that are older, except those that something still refers to: the newest, the last full
-- one that was verified, and that of which the discrepancies are.
create or replace function reconciliation.old_change_set(days integer)
returns table (id bigint)
language sql stable
as $$
    select change_set.id
    from reconciliation.change_set
    where
        change_set.created_at < now() - make_interval(days => old_change_set.days)
        and change_set.id < (select max(newest.id) from reconciliation.change_set as newest)
        and change_set.id is distinct from (
            select max(verified.id)
            from reconciliation.change_set as verified
            where verified.status = 'verified' and verified.lane = 'full' and verified.only_client_plan_id is null
        )
        and not exists (
            select from reports.discrepancy_measured as measured
            where measured.change_set_id = change_set.id
        )
$$;
