-- In: key, a document as tv.document_key writes it. Out: the clients who have it.
select distinct client.id
from erp.client as client
where tv.document_key(client.document) = :key and cast(:key as text) <> ''
order by client.id
