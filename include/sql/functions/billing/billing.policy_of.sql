-- In: for_due_date. Out: the policy of each service plan that has a TV tab, with the month that it charges for the due
-- date, and the days [opening, closing): a package that is sold on any of them is charged.
create or replace function billing.policy_of(for_due_date date)
returns table (
    service_plan_id bigint,
    policy_id bigint,
    daily boolean,
    arrears boolean,
    minimum_amount numeric(12, 2),
    bills_suspended boolean,
    reference_month date,
    opening date,
    closing date
)
language sql stable parallel safe
as $$
    with chosen as (
        select
            setting.service_plan_id,
            policy.id,
            policy.proration = 'daily' as daily,
            policy.timing = 'arrears' as arrears,
            policy.minimum_amount,
            policy.bills_suspended,
            cast(
                date_trunc('month', cast(for_due_date as timestamp))
                - case policy.timing when 'arrears' then interval '1 month' else interval '0' end as date
            ) as month
        from (select distinct tab.service_plan_id from tv.service_plan_setting as tab) as setting
        left join billing.policy_in_force as own on setting.service_plan_id = own.service_plan_id
        inner join billing.policy_in_force as policy
            on
                own.id = policy.id
                or (own.id is null and policy.service_plan_id is null)
    )

    select
        chosen.service_plan_id,
        chosen.id,
        chosen.daily,
        chosen.arrears,
        chosen.minimum_amount,
        chosen.bills_suspended,
        chosen.month,
        case
            when chosen.daily then chosen.month
            when chosen.arrears then cast(chosen.month + interval '1 month' as date) - 1
            else for_due_date
        end,
        case
            when chosen.daily or chosen.arrears then cast(chosen.month + interval '1 month' as date)
            else for_due_date + 1
        end
    from chosen
$$;
