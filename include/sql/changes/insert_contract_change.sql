-- In: author, action; one of client_plan_id, service_plan_id and package_id, the others null; before and after as JSON
-- text or null. Runs in the transaction of the change, so that no change is without its audit row.
insert into tv.contract_change (author, action, client_plan_id, service_plan_id, package_id, before, after)
values (
    :author,
    :action,
    :client_plan_id,
    :service_plan_id,
    :package_id,
    cast(:before as jsonb),
    cast(:after as jsonb)
)
