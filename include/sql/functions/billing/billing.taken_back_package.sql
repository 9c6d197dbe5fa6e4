-- In: for_due_date. Out: billing.taken_back, a row for each client package and month: the numbers of the segments that
-- were taken back for good; the numbers and prices of those that may be charged again.
create or replace function billing.taken_back_package(for_due_date date)
returns table (
    client_package_id bigint,
    reference_month date,
    for_good integer[],
    again integer[],
    again_prices numeric[]
)
language sql stable parallel safe
as $$
    select
        taken_back.client_package_id,
        taken_back.reference_month,
        array_agg(taken_back.segment) filter (where not taken_back.rebill),
        array_agg(taken_back.segment) filter (where taken_back.rebill),
        array_agg(taken_back.price) filter (where taken_back.rebill)
    from billing.taken_back(for_due_date) as taken_back
    group by taken_back.client_package_id, taken_back.reference_month
$$;
