-- In: for_due_date. Out: the client plans due on it that are parked, once each, with the reason: a code of
-- billing.exclusion_reason. Until their rows are corrected they get no invoice and no new charge, and what is pending
-- stays as it is. A row without an id has none here either. Not inlined, as billing.repeated_client_plan.
create or replace function billing.parked_client_plan(for_due_date date)
returns table (id bigint, client_id bigint, reason text)
language plpgsql stable parallel safe rows 10
as $$
begin
    return query
    select
        plan.id,
        plan.client_id,
        plan.parked
    from billing.due_client_plan(for_due_date) as plan
    where plan.parked is not null
    union all
    select
        repeated.id,
        repeated.client_id,
        'listed_twice'
    from billing.repeated_client_plan(for_due_date) as repeated;
end
$$;
