-- In: digits (the first of a document), after_id (the last client's, or null), size. Out: a page of clients whose
-- document begins with them.
select
    client.id,
    client.name,
    client.document,
    client.status
from erp.client as client
where
    tv.digits(client.document) like cast(:digits as text) || '%'
    and client.id > coalesce(cast(:after_id as bigint), 0)
order by client.id
limit :size
