-- In: for_due_date. Out: the client packages and months that still owe it something: a segment does, or has a reason
-- that keeps a charge as it was saved. Not inlined, so that it is worked out only if a segment is missed.
create or replace function billing.owed_still(for_due_date date)
returns table (client_package_id bigint, reference_month date)
language plpgsql stable parallel safe rows 1000
set plan_cache_mode = force_custom_plan
as $$
begin
    return query
    select
        owed.client_package_id,
        owed.reference_month
    from billing.uncharged(for_due_date) as owed
    where
        owed.segment > 0
        and (
            owed.exclusion is null
            or owed.exclusion in (
                select reason.code
                from billing.exclusion_reason as reason
                where reason.at_settlement = 'keep'
            )
        );
end
$$;
