-- In: of_client_package. Out: its events, by two queries for the two partial indexes.
create or replace function billing.event_of(of_client_package bigint)
returns setof billing.event_record
language sql stable parallel safe
as $$
    select live.*
    from billing.event_record as live
    where
        live.client_package_id = of_client_package
        and live.kind = 'charge'
        and live.cancelled_at is null
        and not live.reversed
    union all
    select other.*
    from billing.event_record as other
    where
        other.client_package_id = of_client_package
        and (other.kind <> 'charge' or other.cancelled_at is not null or other.reversed)
$$;
