-- Whoever closes, pays or deletes an invoice and the billing of its month wait for each other.
create or replace trigger invoice_changed after update on finance.invoice
referencing old table as changed for each statement execute function finance.wait_for_billing();
create or replace trigger invoice_deleted after delete on finance.invoice
referencing old table as changed for each statement execute function finance.wait_for_billing();
