-- In: billed_by, a due date (null: none); of_month. Out: the client packages that the due date charged for the month in
-- full, and processed. They are on no list of it any more, so billing.due leaves them out early.
create or replace function billing.processed_in_full(billed_by date, of_month date)
returns table (client_package_id bigint)
language sql stable parallel safe
as $$
    select event.client_package_id
    -- Not null, of which the planner would not see in time that no partition is read.
    from billing.processed_charge(coalesce(billed_by, '-infinity')) as event
    where event.reference_month = of_month and event.days is null and event.segment = 1
$$;
