-- In: for_due_date. Takes an exclusive lock on the months that the due date may charge, the oldest first, until the
-- transaction ends: its own, the one before, which is charged in arrears, and three more that may be open. Steps of due
-- dates that may charge the same month wait for each other here: at their end, or where a charge moves from one due
-- date to another.
create or replace function billing.lock_charged_months(for_due_date date)
returns void language plpgsql as $$
begin
    for months_ago in reverse 4..0 loop
        perform pg_advisory_xact_lock(
            hashtextextended(
                'charges of ' || (billing.month_of(for_due_date) - months_ago * interval '1 month')::date, 0
            )
        );
    end loop;
end
$$;
