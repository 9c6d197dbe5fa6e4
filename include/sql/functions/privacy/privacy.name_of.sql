-- In: of_client, and the name that the ERP shows. Out: the name, or what stands for that of a client who was erased.
create or replace function privacy.name_of(of_client bigint, name text)
returns text
language sql stable
as $$
    select case when privacy.is_erased(of_client) then privacy.erased_name() else name end
$$;
