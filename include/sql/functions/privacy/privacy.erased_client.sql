-- Out: the clients whose personal data was erased. One who came back is none of them any more, also when the ERP drops
-- that contract later: history.record keeps it in privacy.came_back.
create or replace function privacy.erased_client()
returns table (client_id bigint)
language sql stable
as $$
    select distinct erasure.client_id
    from privacy.erasure
    where
        not exists (
            select from privacy.came_back as noticed
            where noticed.erasure_id = erasure.id
        )
        and not exists (
            select from privacy.comeback() as seen
            where seen.erasure_id = erasure.id
        )
$$;
