-- Trigger on billing.event_record and its partitions: checks, for the rows that a statement added, the references that
-- no foreign key declares. It is for single rows: bulk billing builds its rows from the rows that they refer to, and
-- locks those. Uses index lookups whatever the transaction's join settings.
create or replace function billing.require_keys() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
set enable_nestloop = on
as $$
declare
    orphan record;
    due record;
begin
    select
        added.id,
        case
            when run.id is null then 'run_id'
            when sold.id is null then 'client_package_id'
            when package.id is null then 'package_id'
            else 'policy_id'
        end as key
    into orphan
    from added
    left join billing.run on added.run_id = run.id
    left join tv.client_package as sold on added.client_package_id = sold.id
    left join tv.package on added.package_id = package.id
    left join billing.policy on added.policy_id = policy.id
    where
        run.id is null
        or sold.id is null
        or package.id is null
        or (policy.id is null and added.policy_id is not null)
    limit 1;
    if found then
        raise exception 'event %: what its % points at does not exist', orphan.id, orphan.key
            using errcode = 'foreign_key_violation', constraint = 'event_' || orphan.key || '_fkey';
    end if;
    for due in
        select
            added.due_date,
            bool_or(added.kind = 'charge') as charges
        from added
        group by added.due_date
        order by added.due_date
    loop
        if due.charges then
            perform billing.refuse_double_charge(due.due_date);
        end if;
        perform billing.note_late_change(due.due_date);
    end loop;
    return null;
end
$$;
