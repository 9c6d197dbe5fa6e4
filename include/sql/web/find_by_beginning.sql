-- In: words (as tv.plain writes them; '' for all), after_name and after_id (of the last client, or null for the first
-- page), size. Out: a page of the clients whose name begins with these words, by name.
select
    client.id,
    client.name,
    client.document,
    client.status,
    tv.plain(client.name) as plain_name
from erp.client as client
where
    client.id not in (select erased.client_id from privacy.erased_client() as erased)
    and tv.plain(client.name) collate "C" like cast(:words as text) || '%' -- noqa: RF03
    and (
        cast(:after_id as bigint) is null
        or (tv.plain(client.name) collate "C", client.id) -- noqa: RF03
        > (cast(:after_name as text), cast(:after_id as bigint))
    )
order by tv.plain(client.name) collate "C" asc, client.id asc -- noqa: RF03
limit :size
