-- In: for_due_date. Out: its live charges that are not processed; none once the run is closed.
create or replace function billing.pending_charge(for_due_date date)
returns setof billing.event_record
language sql stable parallel safe
as $$
    select event.*
    from billing.live_charge(for_due_date) as event
    where
        not (select billing.is_closed(for_due_date))
        and not exists (
            select 1
            from finance.posting
            where posting.event_due_date = for_due_date and posting.id = event.id
        )
$$;
