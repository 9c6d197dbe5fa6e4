-- Packages are never deleted, because events refer to them: what vanishes from the platform becomes inactive.
create or replace trigger package_never_deleted before delete on tv.package
for each row execute function billing.refuse_change();
