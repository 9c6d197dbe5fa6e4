-- Trigger on finance.invoice: whoever closes, pays or deletes an invoice waits for the billing of its due date, and
-- billing waits for them, so an invoice that was open when it was read is open when it is posted on. An invoice with
-- postings cannot be deleted.
create or replace function finance.wait_for_billing() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    due date;
begin
    for due in select distinct changed.due_date from changed order by 1 loop
        perform pg_advisory_xact_lock(hashtextextended('billing ' || due, 0));
        if tg_op = 'DELETE' and exists (
            select
            from changed
            inner join finance.posting_on(due, due + 1) as posting on changed.id = posting.invoice_id
            where changed.due_date = due
        ) then
            raise exception 'an invoice with postings is never deleted'
                using errcode = 'foreign_key_violation', constraint = 'posting_invoice_id_fkey';
        end if;
    end loop;
    return null;
end
$$;
