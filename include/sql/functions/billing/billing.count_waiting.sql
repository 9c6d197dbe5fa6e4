-- In: for_due_date. Out: how many of its pending charges are of parked client plans, and how many others have an open
-- invoice. Not inlined, so that the due dates of a list are asked one by one, each in its own partition.
create or replace function billing.count_waiting(for_due_date date)
returns table (parked bigint, postable bigint) language plpgsql stable
set plan_cache_mode = force_custom_plan
as $$
begin
    return query
    select
        count(*) filter (where plan.id is not null),
        count(*) filter (where plan.id is null and invoice.status = 'open')
    from billing.pending_charge(for_due_date) as pending
    left join billing.parked_client_plan(for_due_date) as plan on pending.client_plan_id = plan.id
    left join finance.invoice as invoice
        on pending.client_plan_id = invoice.client_plan_id and invoice.due_date = for_due_date;
end
$$;
