-- In: for_due_date. Notes, if the due date is closed, that its events or postings changed all the same, so that whoever
-- is merging its partition notices.
create or replace function billing.note_late_change(for_due_date date)
returns void language sql as $$
    insert into billing.late_change (due_date)
    select for_due_date
    where billing.is_closed(for_due_date)
$$;
