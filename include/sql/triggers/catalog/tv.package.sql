-- Packages are never deleted, because events refer to them: what vanishes from the platform becomes inactive. What the
-- ISP decides about one changes only together with an audit row.
create or replace trigger package_never_deleted before delete on tv.package
for each row execute function billing.refuse_change();
create or replace trigger package_never_truncated before truncate on tv.package
for each statement execute function billing.refuse_change();
-- A constraint trigger cannot be replaced.
drop trigger if exists package_audited on tv.package;
create constraint trigger package_audited after update of extra, price, point_limit on tv.package
deferrable initially deferred for each row when (
    (old.extra, old.price, old.point_limit) is distinct from (new.extra, new.price, new.point_limit)
    and not tv.is_owner()
) execute function tv.require_audit();
