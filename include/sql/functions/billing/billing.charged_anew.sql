-- In: for_due_date. Out: the client packages of which a person took segments back and lets them be charged again,
-- with the numbers and prices of these segments (billing.taken_back).
create or replace function billing.charged_anew(for_due_date date)
returns table (client_package_id bigint, reference_month date, segments integer[], prices numeric[])
language sql stable parallel safe
as $$
    select
        taken_back.client_package_id,
        taken_back.reference_month,
        array_agg(taken_back.segment),
        array_agg(taken_back.price)
    from billing.taken_back(for_due_date) as taken_back
    where taken_back.rebill
    group by taken_back.client_package_id, taken_back.reference_month
$$;
