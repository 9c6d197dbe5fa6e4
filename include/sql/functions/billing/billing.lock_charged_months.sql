-- In: for_due_date. Takes an exclusive lock on the two months that the due date may charge, the one before its own
-- first, until the transaction ends. Steps of due dates that may charge the same month wait for each other here: at
-- their end, or where a charge moves from one due date to another.
create or replace function billing.lock_charged_months(for_due_date date)
returns void language plpgsql as $$
declare
    month date := date_trunc('month', for_due_date::timestamp);
begin
    perform pg_advisory_xact_lock(hashtextextended('charges of ' || (month - interval '1 month')::date, 0));
    perform pg_advisory_xact_lock(hashtextextended('charges of ' || month, 0));
end
$$;
