-- In: of_month, its first day. Out: the client plans of which something was not the same from the first day of the
-- month on: their state in the ERP, or the price of one of their client packages; and those that went later. Of all
-- others what holds today holds for the whole month. Not inlined, so that the joins with it stay parallel.
create or replace function billing.changed_client_plan(of_month date)
returns table (id bigint)
language sql stable parallel safe rows 100
set enable_nestloop = on
as $$
    select state.client_plan_id
    from history.client_plan as state
    where state.until > of_month and state.until < 'infinity'
    union
    select term.client_plan_id
    from history.client_plan_term as term
    where term.gone_since > of_month
    union
    select sold.client_plan_id
    from billing.repriced_sale(of_month) as repriced
    inner join tv.client_package as sold on repriced.id = sold.id
$$;
