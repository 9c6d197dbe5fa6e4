-- In: for_day, client_plans. Out: for each of them whether an invoice of it will come: active; inactive, if it is not
-- in force on that day or the ERP does not show it; parked, if its row is wrong, so that nobody knows. With the day on
-- which it is due; null: unknown. The rules of billing.due_client_plan, for client plans of any due day. Not
-- inlined, because a nested loop over many client plans would take for ever.
create or replace function billing.contract_on(for_day date, client_plans bigint[])
returns table (id bigint, state text, due_day integer)
language sql stable
set enable_nestloop = off
as $$
    select
        asked.id,
        case
            when stated.client_plan_id is null then 'inactive'
            when not stated.reliable then 'parked'
            when stated.status = 'cancelled' or stated.cancelled_on <= for_day then 'inactive'
            when service_plan.id is null or service_plan.parked is not null then 'parked'
            when stated.status = 'active' and stated.activated_on <= for_day then 'active'
            else 'inactive'
        end,
        case when stated.due_day between 1 and 31 then stated.due_day end
    from unnest(client_plans) as asked (id)
    left join (
        select known.*
        from history.stated_client_plan() as known
        where known.client_plan_id = any(client_plans)
    ) as stated on asked.id = stated.client_plan_id
    left join billing.service_plan() as service_plan on stated.service_plan_id = service_plan.id
$$;
