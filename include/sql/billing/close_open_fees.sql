-- In: due_date. Takes the plan fees that are posted by now from billing.open_month: those of its month, and those of
-- older months that were billed later.
delete from billing.open_month as open
where
    open.package_id = 0
    and (
        exists (
            select
            from billing.carried_fee as late
            where late.client_plan_id = open.client_plan_id and late.fee_month = open.reference_month
        )
        or (
            open.reference_month = billing.month_of(:due_date)
            and exists (
                select
                from finance.posting_of_plans as fee
                where fee.fee_client_plan_id = open.client_plan_id and fee.fee_month = billing.month_of(:due_date)
            )
        )
    )
