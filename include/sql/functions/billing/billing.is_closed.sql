-- In: for_due_date. Out: whether all its charges are processed.
create or replace function billing.is_closed(for_due_date date)
returns boolean
language sql stable parallel safe
as $$
    select
        exists (
            select 1
            from billing.run as run
            where run.kind = 'tv' and run.due_date = for_due_date and run.status = 'closed'
        )
$$;
