-- Who is due, and the list of a due date. One definition of each, for every step that needs it.

-- The client plans that a due date covers. A due day past the end of the month falls on the month's last day.
create function billing.due_client_plan(for_due_date date)
returns table (
    id bigint,
    client_id bigint,
    service_plan_id bigint,
    exclusion text
)
language sql stable
as $$
    select
        plan.id,
        plan.client_id,
        plan.service_plan_id,
        case
            when plan.status = 'cancelled' or plan.cancelled_on <= for_due_date then 'client_plan_cancelled'
            when plan.status <> 'active' then 'client_plan_suspended'
            when plan.activated_on > for_due_date then 'client_plan_not_active_yet'
        end
    from erp.client_plan as plan
    where
        -- Of the column's own type, or neither its index nor its statistics would serve.
        plan.due_day between cast(extract(day from for_due_date) as smallint)
        and cast(
            case
                when extract(day from for_due_date + 1) = 1 then 31
                else extract(day from for_due_date)
            end as smallint
        )
$$;

-- The list (the manual's "Carregar"): every client package of every client plan that is due, with the amount to
-- charge or the reason not to, and its live event of the month if it has one. What is processed already is listed as it
-- was processed, whatever changed since.
create function billing.candidate(for_due_date date)
returns table (
    client_plan_id bigint,
    service_plan_id bigint,
    client_package_id bigint,
    package_id bigint,
    amount numeric(12, 2),
    price_source text,
    exclusion text,
    event_id bigint
)
language sql stable
as $$
    select
        plan.id,
        plan.service_plan_id,
        sold.id,
        sold.package_id,
        coalesce(sold.price, package.price),
        case when sold.price is null then 'package' else 'client' end,
        case
            when plan.exclusion is not null then plan.exclusion
            when setting.allows_tv is not true then 'plan_without_tv'
            when not package.extra then 'package_not_extra'
            when not package.active then 'package_inactive'
            when sold.added_on > for_due_date then 'not_added_yet'
            when sold.cancelled_on <= for_due_date then 'package_cancelled'
            when coalesce(sold.price, package.price) is null then 'no_price'
            when coalesce(sold.price, package.price) = 0 then 'free'
            when live.due_date <> for_due_date then 'already_billed'
        end,
        live.id
    from billing.due_client_plan(for_due_date) as plan
    inner join tv.client_package as sold on plan.id = sold.client_plan_id
    inner join tv.package as package on sold.package_id = package.id
    left join tv.service_plan_setting as setting on plan.service_plan_id = setting.service_plan_id
    left join billing.event as live
        on
            sold.id = live.client_package_id
            and live.reference_month = for_due_date - (extract(day from for_due_date)::integer - 1)
            and live.kind = 'charge'
            and live.status <> 'cancelled'
    where live.status is distinct from 'processed' or live.due_date <> for_due_date
    union all
    select
        event.client_plan_id,
        event.service_plan_id,
        event.client_package_id,
        sold.package_id,
        event.amount,
        event.price_source,
        null,
        event.id
    from billing.run as run
    inner join billing.event as event on run.id = event.run_id
    inner join tv.client_package as sold on event.client_package_id = sold.id
    where run.kind = 'tv' and run.due_date = for_due_date and event.kind = 'charge' and event.status = 'processed'
$$;
