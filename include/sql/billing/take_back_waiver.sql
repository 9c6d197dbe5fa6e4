-- In: client_plan_id, package_id (0: the plan fee), reference_month, reason, author. Takes the waiver of the month
-- back. Out: whether it was waived.
select billing.take_back_waiver(:client_plan_id, :package_id, :reference_month, :reason, :author) as taken_back
