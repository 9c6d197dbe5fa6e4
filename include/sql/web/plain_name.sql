-- In: client_id. Out: the client's name as tv.plain writes it; no row if there is no such client.
select tv.plain(client.name) as plain_name
from erp.client as client
where client.id = :client_id
