-- Out: the erasures after which the ERP shows a contract of the client: one that was not there yet and began since,
-- whatever its status, or one that is served again. All contracts are over when a client is erased.
create or replace function privacy.comeback()
returns table (erasure_id bigint, client_id bigint)
language sql stable
as $$
    select
        erasure.id,
        erasure.client_id
    from privacy.erasure
    inner join erp.client_plan as plan on erasure.client_id = plan.client_id
    where
        (plan.activated_on >= erasure.erased_on and plan.id <> all(erasure.client_plans))
        or (plan.status in ('active', 'suspended') and (plan.cancelled_on <= erasure.erased_on) is not true)
$$;
