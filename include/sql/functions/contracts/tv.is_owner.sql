-- Out: whether the current role owns the ISP's database, or is its superuser. The owner's functions run as the owner.
create or replace function tv.is_owner()
returns boolean language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return pg_has_role((select relowner from pg_class where oid = 'tv.contract_change'::regclass), 'usage');
end
$$;
