-- In: client_plan_id, package_id (0: the plan fee), reference_month. Out: the last decision on waiving the month.
select
    last.waived,
    last.reason,
    last.author,
    last.created_at
from billing.waiver as last
where
    last.client_plan_id = :client_plan_id
    and last.package_id = :package_id
    and last.reference_month = :reference_month
order by last.id desc
limit 1
