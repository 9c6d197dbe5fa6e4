-- Raises restrict_violation if later statements of the transaction do not see what others commit meanwhile.
create or replace function billing.require_read_committed()
returns void language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'merging partitions needs the isolation level read committed'
            using errcode = 'restrict_violation';
    end if;
end
$$;
