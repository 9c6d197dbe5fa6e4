-- In: of_client_package, since (the day on which it was added, or a later due date). Out: its events of due dates from
-- the month of that day on, by two queries for the two partial indexes.
create or replace function billing.event_of(of_client_package bigint, since date)
returns setof billing.event_record
language sql stable parallel safe
as $$
    select live.*
    from billing.event_record as live
    where
        live.client_package_id = of_client_package
        and live.due_date >= cast(date_trunc('month', cast(since as timestamp)) as date)
        and live.kind = 'charge'
        and live.cancelled_at is null
        and not live.reversed
    union all
    select other.*
    from billing.event_record as other
    where
        other.client_package_id = of_client_package
        and other.due_date >= cast(date_trunc('month', cast(since as timestamp)) as date)
        and (other.kind <> 'charge' or other.cancelled_at is not null or other.reversed)
$$;
