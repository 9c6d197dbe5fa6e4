-- Trigger on finance.invoice: whoever closes, pays or deletes an invoice waits for the billing of its month, and
-- billing waits for them, so an invoice that was open when it was read is open when it is posted on. An invoice with
-- postings cannot be deleted.
create or replace function finance.wait_for_billing() returns trigger language plpgsql as $$
declare
    month text;
begin
    for month in select distinct to_char(changed.due_date, 'YYYY-MM') from changed order by 1 loop
        perform pg_advisory_xact_lock(hashtextextended('billing ' || month, 0));
    end loop;
    if tg_op = 'DELETE' then
        if exists (select from changed inner join finance.posting on changed.id = posting.invoice_id) then
            raise exception 'an invoice with postings is never deleted'
                using errcode = 'foreign_key_violation', constraint = 'posting_invoice_id_fkey';
        end if;
    end if;
    return null;
end
$$;
