-- In: due_date. Makes pg_temp.incoming_posting_of_plans, with the columns of finance.posting, for the plan fees of its
-- month. Waits for other due dates of the month, and makes them wait until the transaction ends.
select finance.open_fee_month(cast(date_trunc('month', cast(:due_date as timestamp)) as date)) as opened
