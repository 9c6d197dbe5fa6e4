-- In: client_plan_id. Out: the client whose contract it is.
select
    client.id,
    privacy.name_of(client.id, client.name) as name,
    privacy.document_of(client.id, client.document) as document,
    client.status
from erp.client_plan as plan
inner join erp.client as client on plan.client_id = client.id
where plan.id = :client_plan_id
