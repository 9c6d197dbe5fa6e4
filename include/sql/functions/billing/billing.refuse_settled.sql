-- Trigger on billing.exclusion and billing.expectation: what belongs to a closed run stays as it is. A run whose list
-- changes is opened again by the statement that writes the change. The owner's functions correct closed runs.
create or replace function billing.refuse_settled() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    settled bigint;
begin
    if tv.is_owner() then
        return null;
    end if;
    select run.id into settled
    from (select distinct written.run_id from written) as of_run
    inner join billing.run on of_run.run_id = run.id
    where run.status = 'closed'
    limit 1;
    if found then
        raise exception '%.%: run % is closed, % refused', tg_table_schema, tg_table_name, settled, tg_op
            using errcode = 'restrict_violation', hint = 'Correct a charge by a reversal, never by an edit.';
    end if;
    return null;
end
$$;
