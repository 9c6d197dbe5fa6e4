-- Trigger on erp.client: takes out again what an ERP goes on saying of a client who was erased.
create or replace function privacy.keep_erased() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp
as $$
declare
    known bigint[];
begin
    -- An update fires this trigger again, also one of no row.
    known := array(
        select written.id
        from privacy.erased_client() as erased
        inner join written on erased.client_id = written.id
        where (written.name, written.document) is distinct from (privacy.erased_name(), '')
    );
    if known <> '{}' then
        update erp.client set name = privacy.erased_name(), document = ''
        where id = any(known);
    end if;
    return null;
end
$$;
