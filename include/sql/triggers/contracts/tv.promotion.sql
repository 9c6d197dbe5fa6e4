-- A promotion changes only together with an audit row.
create or replace trigger promotion_never_truncated before truncate on tv.promotion
for each statement execute function tv.refuse_change();
-- Constraint triggers cannot be replaced.
drop trigger if exists promotion_added_audited on tv.promotion;
create constraint trigger promotion_added_audited after insert on tv.promotion
deferrable initially deferred for each row when (not tv.is_owner()) execute function tv.require_audit();
drop trigger if exists promotion_changed_audited on tv.promotion;
create constraint trigger promotion_changed_audited after update on tv.promotion
deferrable initially deferred for each row when (old is distinct from new and not tv.is_owner())
execute function tv.require_audit();
drop trigger if exists promotion_deleted_audited on tv.promotion;
create constraint trigger promotion_deleted_audited after delete on tv.promotion
deferrable initially deferred for each row when (not tv.is_owner()) execute function tv.require_audit();
