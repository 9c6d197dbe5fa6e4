-- In: due_date. Makes the temporary table candidate: the list without what is processed. All later steps of the
-- transaction read it, so that they work on the same list. It is dropped when the transaction ends.
create temporary table candidate on commit drop as
select
    listed.client_plan_id,
    listed.service_plan_id,
    listed.client_package_id,
    listed.package_id,
    listed.reference_month,
    cast(listed.segment as smallint) as segment,
    cast(listed.amount as numeric(12, 2)) as amount,
    cast(listed.price as numeric(12, 2)) as price,
    listed.price_source,
    cast(listed.days as smallint) as days,
    cast(listed.days_before as smallint) as days_before,
    cast(listed.value_before as numeric(16, 2)) as value_before,
    cast(listed.denominator as smallint) as denominator,
    listed.policy_id,
    listed.exclusion,
    listed.event_id
from billing.candidate(:due_date) as listed
