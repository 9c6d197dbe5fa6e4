-- Trigger on what is sold and on offer, when the transaction commits: refuses a change without an audit row of the same
-- transaction that has the row as it was and as it became. The owner's own changes have none.
create or replace function tv.require_audit() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    was jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - 'changed_at' end;
    became jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - 'changed_at' end;
begin
    if
        not exists (
            select
            from tv.contract_change as change
            where
                change.transaction = pg_current_xact_id()
                and change.changed_at >= transaction_timestamp()
                and change.before is not distinct from was
                and change.after is not distinct from became
        )
    then
        raise exception '%.%: % without its audit row', tg_table_schema, tg_table_name, tg_op
            using errcode = 'restrict_violation', hint = 'Change it on the screens, or through their API.';
    end if;
    return null;
end
$$;
