-- Lets people write single rows through the view.
create or replace trigger event_written instead of insert or update or delete on billing.event
for each row execute function billing.write_event();
