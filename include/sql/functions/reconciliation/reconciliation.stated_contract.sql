-- In: for_day, the ISP's business date; only_client_plans (null: all). Out: what the ERP says of each contract, a row
-- for each of its rows, as the reconciliation reads it: what its subscriber is to be, and why; begun: whether there is
-- anything to be done about it yet. parked: what is wrong with the row; it is then left as it is. The rules are those
-- of billing.due_client_plan, without those of prices; and TV is taken away for an explicit reason only.
create or replace function reconciliation.stated_contract(for_day date, only_client_plans bigint[])
returns table (
    id bigint,
    client_id bigint,
    allows_tv boolean,
    package_id bigint,
    status text,
    because text,
    begun boolean,
    parked text
)
language sql stable
as $$
    select
        plan.id,
        plan.client_id,
        setting.allows_tv,
        setting.package_id,
        case
            when plan.status = 'cancelled' or plan.cancelled_on <= for_day then 'INACTIVE'
            when setting.allows_tv is not true then 'INACTIVE'
            when plan.status = 'suspended' then 'SUSPENDED'
            else 'ACTIVE'
        end,
        case
            when plan.status = 'cancelled' or plan.cancelled_on <= for_day then 'contract_is_cancelled'
            when setting.allows_tv is not true then 'plan_lost_tv'
            when plan.status = 'suspended' then 'contract_is_suspended'
            else 'contract_is_active'
        end,
        plan.status = 'cancelled' or coalesce(plan.activated_on <= for_day, false),
        case
            when plan.id is null or plan.id <= 0 then 'impossible_client_plan_id'
            when plan.id in (select repeated.id from history.repeated_id('erp.client_plan') as repeated)
                then 'listed_twice'
            when plan.status = 'cancelled' then null
            when plan.status is null or plan.status not in ('active', 'suspended') then 'impossible_status'
            when plan.activated_on is null or not isfinite(plan.activated_on) or plan.cancelled_on = '-infinity'
                then 'impossible_date'
            when plan.cancelled_on <= for_day or plan.activated_on > for_day then null
            when plan.service_plan_id is null or plan.service_plan_id <= 0 then 'impossible_service_plan_id'
            when
                setting.allows_tv is not true
                and not exists (select from erp.service_plan as sold where sold.id = plan.service_plan_id)
                then 'service_plan_unknown'
            when plan.client_id in (select repeated.id from history.repeated_id('erp.client') as repeated)
                then 'client_repeated'
        end
    from erp.client_plan as plan
    left join tv.service_plan_setting as setting on plan.service_plan_id = setting.service_plan_id
    where only_client_plans is null or plan.id = any(only_client_plans)
$$;
