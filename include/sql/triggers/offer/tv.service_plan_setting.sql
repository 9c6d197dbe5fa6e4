-- The TV tab of a plan changes only together with an audit row.
create or replace trigger service_plan_setting_never_truncated before truncate on tv.service_plan_setting
for each statement execute function tv.refuse_change();
-- Constraint triggers cannot be replaced.
drop trigger if exists service_plan_setting_added_audited on tv.service_plan_setting;
create constraint trigger service_plan_setting_added_audited after insert on tv.service_plan_setting
deferrable initially deferred for each row when (not tv.is_owner()) execute function tv.require_audit();
drop trigger if exists service_plan_setting_changed_audited on tv.service_plan_setting;
create constraint trigger service_plan_setting_changed_audited after update on tv.service_plan_setting
deferrable initially deferred for each row when (old is distinct from new and not tv.is_owner())
execute function tv.require_audit();
drop trigger if exists service_plan_setting_deleted_audited on tv.service_plan_setting;
create constraint trigger service_plan_setting_deleted_audited after delete on tv.service_plan_setting
deferrable initially deferred for each row when (not tv.is_owner()) execute function tv.require_audit();
