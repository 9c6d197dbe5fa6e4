-- Out: the clients whose personal data was erased. One who comes back, with a contract that began since, is none of
-- them any more: the new contract is a reason to know the name.
create or replace function privacy.erased_client()
returns table (client_id bigint)
language sql stable
as $$
    select erasure.client_id
    from privacy.erasure
    group by erasure.client_id
    having
        not exists (
            select from erp.client_plan as plan
            where
                plan.client_id = erasure.client_id
                and plan.status in ('active', 'suspended')
                and plan.activated_on >= max(erasure.erased_on)
        )
$$;
