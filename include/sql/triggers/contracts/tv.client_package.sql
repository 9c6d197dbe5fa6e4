-- A client package that was billed is cancelled, not deleted. What is sold changes only together with an audit row.
create or replace trigger client_package_billed before delete on tv.client_package
for each row execute function billing.refuse_billed();
create or replace trigger client_package_never_truncated before truncate on tv.client_package
for each statement execute function tv.refuse_change();
-- Constraint triggers cannot be replaced.
drop trigger if exists client_package_added_audited on tv.client_package;
create constraint trigger client_package_added_audited after insert on tv.client_package
deferrable initially deferred for each row when (not tv.is_owner()) execute function tv.require_audit();
drop trigger if exists client_package_changed_audited on tv.client_package;
create constraint trigger client_package_changed_audited after update on tv.client_package
deferrable initially deferred for each row when (old is distinct from new and not tv.is_owner())
execute function tv.require_audit();
drop trigger if exists client_package_deleted_audited on tv.client_package;
create constraint trigger client_package_deleted_audited after delete on tv.client_package
deferrable initially deferred for each row when (not tv.is_owner()) execute function tv.require_audit();
