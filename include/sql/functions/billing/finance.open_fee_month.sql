-- In: month, by its first day. Makes the partition of the month's plan fees if there is none. One at a time for a
-- month, until the transaction ends. The partition is created apart and then attached, because creating it in place
-- would block readers of postings. Runs as the owner of the tables.
create or replace function finance.open_fee_month(month date)
returns void language plpgsql
security definer set search_path = pg_catalog, pg_temp
as $$
declare
    partition text := format('finance.%I', 'posting_of_plans' || to_char(month, '_YYYY_MM'));
begin
    if billing.partition_of('finance.posting_of_plans', month) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('plan fees of ' || month, 0));
    if billing.partition_of('finance.posting_of_plans', month) is not null then
        return;
    end if;
    execute format('create table %s (like finance.posting including defaults)', partition);
    perform billing.prepare_partition('finance.posting_of_plans', partition, array[month]);
    execute format('alter table finance.posting_of_plans attach partition %s for values in (%L)', partition, month);
end
$$;
