-- A client package that was billed is cancelled, not deleted.
create or replace trigger client_package_billed before delete on tv.client_package
for each row execute function billing.refuse_billed();
