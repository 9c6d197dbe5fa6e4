-- In: query (the words' beginnings as a tsquery), words (as tv.plain writes them), after_id (the last client, or null
-- for the first page), size. Out: a page of the clients that have all those words, but whose name does not begin so, by
-- id: in that order names are spread evenly, and a page is found without looking at all who have the words.
select
    client.id,
    client.name,
    client.document,
    client.status
from erp.client as client
where
    tv.words(client.name) @@ to_tsquery('simple', cast(:query as text))
    and tv.plain(client.name) not like cast(:words as text) || '%'
    and (cast(:after_id as bigint) is null or client.id > cast(:after_id as bigint))
order by client.id
limit :size
