-- In: client. Out: whether the ERP, in a view that we cannot change, still shows a name or document of the client.
select
    exists(
        select from erp.client as client
        where client.id = :client and (client.name, client.document) is distinct from (privacy.erased_name(), '')
    ) as still
