-- In: due_date. Makes the partition of its month's plan fees if it does not exist.
select finance.open_fee_month(cast(date_trunc('month', cast(:due_date as timestamp)) as date))
