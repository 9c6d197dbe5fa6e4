-- In: month, by its first day, which finance.open_fee_month opened. What was posted is in finance.posting_of_plans from
-- then on: a bare table becomes the month's partition.
create or replace function finance.close_fee_month(month date)
returns void language plpgsql as $$
begin
    drop view pg_temp.incoming_posting_of_plans;
    if billing.partition_of('finance.posting_of_plans', month) is null then
        perform billing.attach_incoming('finance.posting_of_plans', month);
    end if;
end
$$;
