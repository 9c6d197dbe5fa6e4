-- In: month, by its first day. Makes the partition of the month's plan fees if it does not exist. The caller holds the
-- lock of the month. The partition is created apart and then attached, because creating it in place would block readers
-- of postings.
create or replace function finance.open_fee_month(month date)
returns void language plpgsql as $$
declare
    partition_name text := 'posting_of_plans' || to_char(month, '_YYYY_MM');
begin
    if to_regclass('finance.' || partition_name) is not null then
        return;
    end if;
    execute format(
        'create table finance.%1$I (like finance.posting including defaults including constraints);
        create trigger never_truncated before truncate on finance.%1$I
        for each statement execute function billing.refuse_change();
        alter table finance.posting_of_plans attach partition finance.%1$I for values in (%2$L)',
        partition_name, month
    );
end
$$;
