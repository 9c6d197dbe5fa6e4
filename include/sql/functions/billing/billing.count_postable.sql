-- In: for_due_date. Out: the number of its pending charges that have an open invoice, and are not of a parked client
-- plan. Not inlined, so that the due dates of a list are asked one by one, each in its own partition.
create or replace function billing.count_postable(for_due_date date)
returns bigint language plpgsql stable
set plan_cache_mode = force_custom_plan
as $$
begin
    return (
        select count(*)
        from billing.pending_charge(for_due_date) as pending
        inner join finance.invoice as invoice
            on pending.client_plan_id = invoice.client_plan_id and invoice.due_date = for_due_date
        where
            invoice.status = 'open'
            and not exists (
                select 1
                from billing.parked_client_plan(for_due_date) as parked
                where parked.id = pending.client_plan_id
            )
    );
end
$$;
