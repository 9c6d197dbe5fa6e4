-- In: month, by its first day. Lets this transaction post plan fees of the month into
-- pg_temp.incoming_posting_of_plans: a bare table if the month has no partition, as for events, else
-- finance.posting_of_plans. One at a time for a month, until the transaction ends. finance.close_fee_month ends it.
create or replace function finance.open_fee_month(month date)
returns void language plpgsql as $$
declare
    target regclass := 'finance.posting_of_plans';
begin
    perform pg_advisory_xact_lock(hashtextextended('plan fees of ' || month, 0));
    if billing.partition_of(target, month) is null then
        target := billing.create_incoming(target, month);
    end if;
    execute format('create temporary view incoming_posting_of_plans as select * from %s', target);
end
$$;
