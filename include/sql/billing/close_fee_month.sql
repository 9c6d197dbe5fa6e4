-- In: due_date. Puts the plan fees of pg_temp.incoming_posting_of_plans into finance.posting_of_plans.
select finance.close_fee_month(cast(date_trunc('month', cast(:due_date as timestamp)) as date)) as closed
