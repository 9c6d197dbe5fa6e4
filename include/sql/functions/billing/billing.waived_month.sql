-- Out: the months that are waived, by the last decision on each, with who waived them, when and why.
create or replace view billing.waived_month as
select
    last.client_plan_id,
    last.package_id,
    last.reference_month,
    last.owed,
    last.charged,
    last.billed,
    last.service_plan_id,
    last.reason,
    last.author,
    last.created_at
from billing.waiver as last
where
    last.waived
    and not exists (
        select
        from billing.waiver as later
        where
            later.client_plan_id = last.client_plan_id
            and later.package_id = last.package_id
            and later.reference_month = last.reference_month
            and later.id > last.id
    );
comment on column billing.waived_month.package_id is '0: the plan fee.';
