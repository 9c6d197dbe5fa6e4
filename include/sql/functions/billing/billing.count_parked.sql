-- In: for_due_date. Out: the number of its pending charges that wait because their client plans are parked. Not
-- inlined, as billing.count_postable.
create or replace function billing.count_parked(for_due_date date)
returns bigint language plpgsql stable
set plan_cache_mode = force_custom_plan
as $$
begin
    return (
        select count(*)
        from billing.pending_charge(for_due_date) as pending
        inner join billing.parked_client_plan(for_due_date) as parked on pending.client_plan_id = parked.id
    );
end
$$;
