-- In: as billing.changed_contract; billed_by as of billing.sale. Out: its rows with their client packages, for the days
-- [since, until) on which neither the contract, nor its TV tab, nor the package's own price changed; as billing.sale.
-- Planned only if there are any.
create or replace function billing.changed_sale(of_month date, for_due_date date, billed_by date)
returns setof billing.sale_of_contract
language plpgsql stable parallel safe rows 100
set enable_nestloop = on
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    if not (
        exists (
            select
            from billing.changed_client_plan(of_month)
        )
    ) then
        return;
    end if;
    return query
    with contract as materialized (
        select changed.*
        from billing.changed_contract(of_month, for_due_date) as changed
    ),

    sale as (
        select
            sold.id,
            sold.client_plan_id,
            sold.package_id,
            sold.added_on,
            sold.cancelled_on,
            coalesce(repriced.since, '-infinity') as since,
            coalesce(repriced.until, 'infinity') as until,
            case when repriced.id is null then sold.price else repriced.price end as price
        from (select distinct contract.id from contract) as few
        inner join tv.client_package as sold on few.id = sold.client_plan_id
        left join billing.repriced_sale(of_month) as repriced on sold.id = repriced.id
        where
            not exists (
                select
                from billing.processed_in_full(billed_by, of_month) as processed
                where processed.client_package_id = sold.id
            )
    )

    select
        contract.id,
        contract.service_plan_id,
        contract.status,
        contract.activated_on,
        contract.cancelled_on,
        contract.parked,
        contract.billing_day,
        sale.id,
        sale.package_id,
        sale.added_on,
        sale.cancelled_on,
        sale.price,
        greatest(contract.since, sale.since, setting.since),
        least(contract.until, sale.until, setting.until),
        policy.policy_id,
        policy.daily,
        policy.arrears,
        policy.minimum_amount,
        policy.bills_suspended,
        policy.rounding,
        setting.allows_tv,
        setting.package_id
    from contract
    inner join sale on contract.id = sale.client_plan_id and contract.since < sale.until and contract.until > sale.since
    left join billing.policy_of(of_month) as policy on contract.billed_as = policy.service_plan_id
    left join billing.setting_state as setting on contract.service_plan_id = setting.service_plan_id;
end
$$;
