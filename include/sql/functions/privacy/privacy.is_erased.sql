-- In: of_client. Out: whether the client's personal data was erased.
create or replace function privacy.is_erased(of_client bigint)
returns boolean
language sql stable
as $$
    select exists (select from privacy.erased_client() as erased where erased.client_id = of_client)
$$;
