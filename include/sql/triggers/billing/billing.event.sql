-- Single rows are written through the view by hand.
create or replace trigger event_written instead of insert or update or delete on billing.event
for each row execute function billing.write_event();
