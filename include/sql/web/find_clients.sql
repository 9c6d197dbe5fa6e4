-- In: query (words of a name as a tsquery, or null for all), after_name and after_id (the last client's, or null for
-- the first page), size. Out: a page of clients by name.
select
    client.id,
    client.name,
    client.document,
    client.status
from erp.client as client
where
    (
        cast(:query as text) is null
        or to_tsvector('simple', tv.plain(client.name)) @@ to_tsquery('simple', cast(:query as text))
    )
    and (
        cast(:after_id as bigint) is null
        or (client.name, client.id) > (cast(:after_name as text), cast(:after_id as bigint))
    )
order by client.name asc, client.id asc
limit :size
