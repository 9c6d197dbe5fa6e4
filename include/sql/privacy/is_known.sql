-- In: client. Out: whether the ERP or the history knows this client, or it was erased.
select
    exists (
        select from erp.client as client
        where client.id = :client
    )
    or exists (select from privacy.held(:client))
    or exists (
        select from privacy.erasure
        where erasure.client_id = :client
    ) as known
