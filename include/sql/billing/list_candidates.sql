-- In: due_date. Makes the temporary table candidate, the list as this transaction sees it, so that all steps after it
-- work on one and the same list. Gone when the transaction ends.
create temporary table candidate on commit drop as
select
    listed.client_plan_id,
    listed.service_plan_id,
    listed.client_package_id,
    listed.package_id,
    listed.amount,
    listed.price_source,
    listed.exclusion,
    listed.event_id
from billing.candidate(:due_date) as listed
