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
            -- What a view of the ERP leaves empty is never taken for a reason to charge.
            when plan.status = 'cancelled' or plan.cancelled_on <= for_due_date then 'client_plan_cancelled'
            when plan.status is distinct from 'active' then 'client_plan_suspended'
            when plan.activated_on is null or plan.activated_on > for_due_date then 'client_plan_not_active_yet'
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

-- Every client package of every client plan that is due, judged by what is sold now: the amount to charge, or the
-- reason not to. Knows nothing of events.
create function billing.judged(for_due_date date)
returns table (
    client_plan_id bigint,
    service_plan_id bigint,
    client_package_id bigint,
    package_id bigint,
    amount numeric(12, 2),
    price_source text,
    exclusion text
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
        end
    from billing.due_client_plan(for_due_date) as plan
    inner join tv.client_package as sold on plan.id = sold.client_plan_id
    inner join tv.package as package on sold.package_id = package.id
    left join tv.service_plan_setting as setting on plan.service_plan_id = setting.service_plan_id
$$;

-- The list (the manual's "Carregar"): what is sold now as judged above, with the live event of this due date if there
-- is one. What is processed already is listed as it was processed, whatever changed since. A package that was processed
-- in the month, for another due date or before it was cancelled and sold again, is not charged a second time; one that
-- is only pending on another due date is, because that pending event is stale: the due day moved.
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
    with live as (
        select
            event.id,
            event.client_plan_id,
            event.service_plan_id,
            event.client_package_id,
            event.package_id,
            event.due_date,
            event.amount,
            event.price_source,
            event.status
        from billing.event as event
        where
            event.reference_month = for_due_date - (extract(day from for_due_date)::integer - 1)
            and event.kind = 'charge'
            and event.status <> 'cancelled'
    )

    select
        judged.client_plan_id,
        judged.service_plan_id,
        judged.client_package_id,
        judged.package_id,
        judged.amount,
        judged.price_source,
        case
            when judged.exclusion is not null then judged.exclusion
            when processed.id is not null then 'already_billed'
        end,
        pending.id
    from billing.judged(for_due_date) as judged
    left join live as pending
        on
            judged.client_package_id = pending.client_package_id
            and pending.due_date = for_due_date
            and pending.status = 'pending'
    left join live as processed
        on
            judged.client_plan_id = processed.client_plan_id
            and judged.package_id = processed.package_id
            and processed.status = 'processed'
    where
        processed.id is null
        or processed.client_package_id <> judged.client_package_id
        or processed.due_date <> for_due_date
    union all
    select
        live.client_plan_id,
        live.service_plan_id,
        live.client_package_id,
        live.package_id,
        live.amount,
        live.price_source,
        null,
        live.id
    from live
    where live.due_date = for_due_date and live.status = 'processed'
$$;
