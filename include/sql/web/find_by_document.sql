-- In: key (the first characters of a document, as tv.document_key writes them), after_id (the last client's, or null),
-- size. Out: a page of clients whose document begins with them.
select
    client.id,
    client.name,
    client.document,
    client.status
from erp.client as client
where
    client.id not in (select erased.client_id from privacy.erased_client() as erased)
    and tv.document_key(client.document) like cast(:key as text) || '%'
    and client.id > coalesce(cast(:after_id as bigint), 0)
order by client.id
limit :size
