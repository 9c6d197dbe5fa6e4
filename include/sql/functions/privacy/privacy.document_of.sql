-- In: of_client, and the document that the ERP shows. Out: the document, or nothing of a client who was erased.
create or replace function privacy.document_of(of_client bigint, document text)
returns text
language sql stable
as $$
    select case when privacy.is_erased(of_client) then '' else document end
$$;
