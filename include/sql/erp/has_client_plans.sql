-- Out: one row: whether the ERP has any client plan at all.
select exists(select 1 from erp.client_plan) as has_client_plans
