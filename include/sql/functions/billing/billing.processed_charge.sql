-- In: for_due_date. Out: its live charges that are processed; all of them once the run is closed, so postings are not
-- read then.
create or replace function billing.processed_charge(for_due_date date)
returns setof billing.event_record
language sql stable parallel safe
as $$
    select event.*
    from billing.live_charge(for_due_date) as event
    where (select billing.is_closed(for_due_date))
    union all
    select event.*
    from billing.live_charge(for_due_date) as event
    inner join finance.posting on posting.event_due_date = for_due_date and event.id = posting.id
    where not (select billing.is_closed(for_due_date))
$$;
