-- A point changes only together with an audit row.
create or replace trigger client_point_never_truncated before truncate on tv.client_point
for each statement execute function tv.refuse_change();
-- Constraint triggers cannot be replaced.
drop trigger if exists client_point_added_audited on tv.client_point;
create constraint trigger client_point_added_audited after insert on tv.client_point
deferrable initially deferred for each row when (not tv.is_owner()) execute function tv.require_audit();
drop trigger if exists client_point_changed_audited on tv.client_point;
create constraint trigger client_point_changed_audited after update on tv.client_point
deferrable initially deferred for each row when (old is distinct from new and not tv.is_owner())
execute function tv.require_audit();
drop trigger if exists client_point_deleted_audited on tv.client_point;
create constraint trigger client_point_deleted_audited after delete on tv.client_point
deferrable initially deferred for each row when (not tv.is_owner()) execute function tv.require_audit();
