-- In: due_date. Makes the partition of the plan fees of its month unless it is there.
select finance.open_fee_month(cast(date_trunc('month', cast(:due_date as timestamp)) as date))
