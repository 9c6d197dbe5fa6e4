-- In: for_due_date. Takes an exclusive lock on the months that the due date may charge, its own and the one before, the
-- earlier first, until the transaction ends. Due dates that may charge the same month wait here for each other, and
-- only here: it is the last lock that saving and settling take, before they check that none undid what another did.
create or replace function billing.lock_charged_months(for_due_date date)
returns void language plpgsql as $$
declare
    month date := date_trunc('month', for_due_date::timestamp);
begin
    perform pg_advisory_xact_lock(hashtextextended('charges of ' || (month - interval '1 month')::date, 0));
    perform pg_advisory_xact_lock(hashtextextended('charges of ' || month, 0));
end
$$;
