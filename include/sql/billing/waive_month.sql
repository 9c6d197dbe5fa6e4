-- In: client_plan_id, package_id (0: the plan fee), reference_month, reason, author. Waives what is open of the month.
-- Out: whether anything was open.
select billing.waive_month(:client_plan_id, :package_id, :reference_month, :reason, :author) as waived
