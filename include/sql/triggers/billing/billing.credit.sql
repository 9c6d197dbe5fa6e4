-- The credits of a charge never exceed it; what is left of a credit only shrinks; and none is deleted.
create or replace trigger credit_of_charge after insert on billing.credit
referencing new table as added for each statement execute function billing.require_charge();
create or replace trigger credit_only_shrinks before update on billing.credit
for each row execute function billing.refuse_change_of_credit();
create or replace trigger credit_never_deleted before delete on billing.credit
for each row execute function billing.refuse_change();
create or replace trigger credit_never_truncated before truncate on billing.credit
for each statement execute function billing.refuse_change();
