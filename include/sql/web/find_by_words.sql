-- In: query (the words' beginnings as a tsquery), words (as tv.plain writes them), after_id (the last client, or null
-- for the first page), size. Out: a page of the clients whose names contain words with all these beginnings, but do not
-- begin with them, by id: in that order matches are spread evenly, so a page is found without reading all of them.
select
    client.id,
    client.name,
    client.document,
    client.status
from erp.client as client
where
    client.id not in (select erased.client_id from privacy.erased_client() as erased)
    and tv.words(client.name) @@ to_tsquery('simple', cast(:query as text))
    and tv.plain(client.name) not like cast(:words as text) || '%'
    and (cast(:after_id as bigint) is null or client.id > cast(:after_id as bigint))
order by client.id
limit :size
