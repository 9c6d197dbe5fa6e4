-- Whoever closes, pays or deletes an invoice and the billing of its due date wait for each other. An invoice keeps its
-- client plan and due date.
create or replace trigger invoice_changed after update on finance.invoice
referencing old table as changed for each statement execute function finance.wait_for_billing();
create or replace trigger invoice_deleted after delete on finance.invoice
referencing old table as changed for each statement execute function finance.wait_for_billing();
create or replace trigger invoice_stays_of_its_client_plan before update of id, client_plan_id, due_date
on finance.invoice for each row when (
    (old.id, old.client_plan_id, old.due_date) is distinct from (new.id, new.client_plan_id, new.due_date)
    and not tv.is_owner()
) execute function billing.refuse_change();
create or replace trigger invoice_never_truncated before truncate on finance.invoice
for each statement execute function billing.refuse_change();
