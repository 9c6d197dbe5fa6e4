-- Packages are never deleted: events point at them, and what vanishes upstream becomes inactive.
create or replace trigger package_never_deleted before delete on tv.package
for each row execute function billing.refuse_change();
