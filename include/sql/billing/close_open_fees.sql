-- Takes the plan fees that were billed later from billing.open_month.
delete from billing.open_month as open
where
    open.package_id = 0
    and exists (
        select
        from billing.carried_fee as late
        where late.client_plan_id = open.client_plan_id and late.fee_month = open.reference_month
    )
