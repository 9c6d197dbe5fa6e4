-- The list over partitions, in a form that PostgreSQL can work out in parallel.
alter function billing.prorated parallel safe;
alter function billing.days_within parallel safe;
alter function billing.due_client_plan parallel safe;
alter function billing.policy_of parallel safe;
alter function billing.reais parallel safe;

-- The days of a month that earlier sales of a client package's package cover. By the price as well: the parts of a
-- month that was sold at two prices are not one whole.
create function billing.days_sold_before(
    of_client_package bigint, at_price numeric, activated_on date, cancelled_on date, opening date, closing date
)
returns integer
language sql stable parallel safe cost 1000
as $$
    select
        cast(coalesce(sum(billing.days_within(
            greatest(earlier.added_on, activated_on),
            least(coalesce(earlier.cancelled_on, 'infinity'), coalesce(days_sold_before.cancelled_on, 'infinity')),
            opening, closing
        )), 0) as integer)
    from tv.client_package as sold
    inner join tv.client_package as earlier
        on
            sold.client_plan_id = earlier.client_plan_id
            and sold.package_id = earlier.package_id
            and sold.added_on > earlier.added_on
    inner join tv.package as package on earlier.package_id = package.id
    where sold.id = of_client_package and coalesce(earlier.price, package.price) = at_price
$$;

-- Every client package of every client plan that is due, judged by what is sold now: the amount to charge, or the
-- reason not to. Knows nothing of events.
create or replace function billing.judged(for_due_date date)
returns table (
    client_plan_id bigint,
    service_plan_id bigint,
    client_package_id bigint,
    package_id bigint,
    reference_month date,
    amount numeric(12, 2),
    price numeric(12, 2),
    price_source text,
    days integer,
    days_before integer,
    denominator integer,
    policy_id bigint,
    exclusion text
)
language sql stable parallel safe
as $$
    with measured as not materialized (
        select
            plan.id as client_plan_id,
            plan.service_plan_id,
            sold.id as client_package_id,
            sold.package_id,
            coalesce(sold.price, package.price) as price,
            case when sold.price is null then 'package' else 'client' end as price_source,
            policy.policy_id,
            policy.reference_month,
            policy.minimum_amount,
            case when policy.daily then policy.closing - policy.opening end as denominator,
            case when policy.daily then billing.days_within(
                greatest(sold.added_on, plan.activated_on),
                least(coalesce(sold.cancelled_on, 'infinity'), coalesce(plan.cancelled_on, 'infinity')),
                policy.opening, policy.closing
            ) end as days,
            case
                -- Sales of a package never overlap: what was sold before this one ended before the month.
                when policy.daily and sold.added_on <= policy.opening then 0
                when policy.daily then billing.days_sold_before(
                    sold.id, coalesce(sold.price, package.price), plan.activated_on, plan.cancelled_on,
                    policy.opening, policy.closing
                )
            end as days_before,
            case
                when setting.allows_tv is not true then coalesce(plan.exclusion, 'plan_without_tv')
                when
                    plan.cancelled_on <= policy.opening
                    or (plan.status = 'cancelled' and (plan.cancelled_on is null or not policy.arrears))
                    then 'client_plan_cancelled'
                when
                    plan.status is null
                    or (plan.status = 'suspended' and not policy.bills_suspended)
                    or plan.status not in ('active', 'suspended', 'cancelled')
                    then 'client_plan_suspended'
                when plan.activated_on is null or plan.activated_on >= policy.closing
                    then 'client_plan_not_active_yet'
                when not package.extra then 'package_not_extra'
                when not package.active then 'package_inactive'
                when sold.added_on >= policy.closing then 'not_added_yet'
                when sold.cancelled_on <= policy.opening then 'package_cancelled'
                when coalesce(sold.price, package.price) is null then 'no_price'
                when coalesce(sold.price, package.price) < 0 then 'negative_price'
                when coalesce(sold.price, package.price) = 0 then 'free'
            end as exclusion
        from billing.due_client_plan(for_due_date) as plan
        inner join tv.client_package as sold on plan.id = sold.client_plan_id
        inner join tv.package as package on sold.package_id = package.id
        left join tv.service_plan_setting as setting on plan.service_plan_id = setting.service_plan_id
        left join billing.policy_of(for_due_date) as policy on plan.service_plan_id = policy.service_plan_id
    ),

    priced as not materialized (
        select
            measured.*,
            case
                when measured.days is null then measured.price
                else billing.prorated(measured.price, measured.days_before, measured.days, measured.denominator)
            end as amount
        from measured
    )

    select
        priced.client_plan_id,
        priced.service_plan_id,
        priced.client_package_id,
        priced.package_id,
        coalesce(priced.reference_month, cast(date_trunc('month', cast(for_due_date as timestamp)) as date)),
        priced.amount,
        priced.price,
        priced.price_source,
        priced.days,
        priced.days_before,
        priced.denominator,
        priced.policy_id,
        case
            when priced.exclusion is not null then priced.exclusion
            when priced.days = 0 then 'package_cancelled'
            when priced.amount < greatest(priced.minimum_amount, 0.01) then 'below_minimum'
        end
    from priced
$$;

-- Whether everything that a due date charges is processed.
create function billing.is_closed(for_due_date date)
returns boolean
language sql stable parallel safe
as $$
    select
        exists (
            select 1
            from billing.run as run
            where run.kind = 'tv' and run.due_date = for_due_date and run.status = 'closed'
        )
$$;

-- The live charges of a due date that are processed: all, once the run is closed, and then nobody looks for their
-- postings.
create function billing.processed_charge(for_due_date date)
returns setof billing.event_record
language sql stable parallel safe
as $$
    select event.*
    from billing.live_charge(for_due_date) as event
    where (select billing.is_closed(for_due_date))
    union all
    select event.*
    from billing.live_charge(for_due_date) as event
    inner join finance.posting on posting.event_due_date = for_due_date and event.id = posting.id
    where not (select billing.is_closed(for_due_date))
$$;

-- Those that are not: none, once the run is closed.
create function billing.pending_charge(for_due_date date)
returns setof billing.event_record
language sql stable parallel safe
as $$
    select event.*
    from billing.live_charge(for_due_date) as event
    where
        not (select billing.is_closed(for_due_date))
        and not exists (
            select 1
            from finance.posting
            where posting.event_due_date = for_due_date and posting.id = event.id
        )
$$;

-- The events of a client package, in the two halves that there are indexes for.
create function billing.event_of(of_client_package bigint)
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

-- The client plans that a view of the ERP shows more than once. Where a key of erp.client_plan excludes that, nobody
-- looks.
create function billing.repeated_client_plan(for_due_date date)
returns table (id bigint)
language sql stable parallel safe
as $$
    select plan.id
    from billing.due_client_plan(for_due_date) as plan
    where
        not (
            select count(*) > 0
            from pg_index as index
            inner join pg_attribute as attribute
                on index.indrelid = attribute.attrelid and index.indkey[0] = attribute.attnum
            where
                index.indrelid = to_regclass('erp.client_plan')
                and index.indisunique
                and index.indisvalid
                and index.indnkeyatts = 1
                and index.indpred is null
                and index.indexprs is null
                and attribute.attname = 'id'
        )
    group by plan.id
    having count(*) > 1
$$;

-- What else says of a package of a client plan that it is not charged in a month: that it is processed already, by
-- another due date or by another sale; and which sales a person took back for good.
create function billing.charged_otherwise(for_due_date date)
returns table (
    client_plan_id bigint,
    package_id bigint,
    reference_month date,
    whole boolean,
    billed bigint[],
    corrected bigint[]
)
language sql stable parallel safe
as $$
    with charge as (
        select
            event.client_plan_id,
            event.package_id,
            event.reference_month,
            event.client_package_id,
            event.days,
            true as billed
        from billing.charge_of_other_due_date(for_due_date) as event
        inner join finance.posting on event.due_date = posting.event_due_date and event.id = posting.id
        union all
        -- Two sales of a package to a client plan never overlap: one of them is cancelled.
        select
            event.client_plan_id,
            event.package_id,
            event.reference_month,
            event.client_package_id,
            event.days,
            true as billed
        from (
            select distinct
                gone.client_plan_id,
                gone.package_id
            from tv.client_package as gone
            where gone.cancelled_on is not null
        ) as resold
        inner join billing.processed_charge(for_due_date) as event
            on resold.client_plan_id = event.client_plan_id and resold.package_id = event.package_id
        union all
        select
            event.client_plan_id,
            event.package_id,
            event.reference_month,
            event.client_package_id,
            null as days,
            false as billed
        from billing.correction
        inner join billing.event_record as event
            on correction.event_due_date = event.due_date and correction.event_id = event.id
        where
            event.due_date >= cast(date_trunc('month', cast(for_due_date as timestamp)) - interval '1 month' as date)
            and event.due_date < cast(date_trunc('month', cast(for_due_date as timestamp)) + interval '2 months' as date)
        group by event.client_plan_id, event.package_id, event.reference_month, event.client_package_id
        -- The last word counts.
        having not (array_agg(correction.rebill order by correction.id desc))[1]
    )

    select
        charge.client_plan_id,
        charge.package_id,
        charge.reference_month,
        bool_or(charge.billed and charge.days is null),
        array_agg(charge.client_package_id) filter (where charge.billed),
        array_agg(charge.client_package_id) filter (where not charge.billed)
    from charge
    group by charge.client_plan_id, charge.package_id, charge.reference_month
$$;

-- What is sold now as judged above, less what is charged otherwise. A package that was processed in the month, for
-- another due date or before it was cancelled and sold again, is not charged a second time; one that is only pending on
-- another due date is, because that pending event is stale: the due day moved. What a person took back is charged again
-- only if that person said so.
create function billing.chargeable(for_due_date date)
returns table (
    client_plan_id bigint,
    service_plan_id bigint,
    client_package_id bigint,
    package_id bigint,
    reference_month date,
    amount numeric(12, 2),
    price numeric(12, 2),
    price_source text,
    days integer,
    days_before integer,
    denominator integer,
    policy_id bigint,
    exclusion text
)
language sql stable parallel safe
as $$
    select
        judged.client_plan_id,
        judged.service_plan_id,
        judged.client_package_id,
        judged.package_id,
        judged.reference_month,
        judged.amount,
        judged.price,
        judged.price_source,
        judged.days,
        judged.days_before,
        judged.denominator,
        judged.policy_id,
        case
            when judged.exclusion is not null then judged.exclusion
            when
                otherwise.whole
                or (otherwise.billed is not null and judged.days is null)
                -- Two sales that are both charged by their days do not stand in each other's way.
                or judged.client_package_id = any(otherwise.billed)
                then 'already_billed'
            when judged.client_package_id = any(otherwise.corrected) then 'corrected'
        end
    from billing.judged(for_due_date) as judged
    left join billing.charged_otherwise(for_due_date) as otherwise
        on
            judged.client_plan_id = otherwise.client_plan_id
            and judged.package_id = otherwise.package_id
            and judged.reference_month = otherwise.reference_month
$$;

-- The list (the manual's "Carregar"), but for what the due date has processed already, which stays as it is whatever
-- changed since: what is chargeable now, with its pending event if there is one.
drop function billing.candidate;
create function billing.candidate(for_due_date date)
returns table (
    client_plan_id bigint,
    service_plan_id bigint,
    client_package_id bigint,
    package_id bigint,
    reference_month date,
    amount numeric(12, 2),
    price numeric(12, 2),
    price_source text,
    days integer,
    days_before integer,
    denominator integer,
    policy_id bigint,
    exclusion text,
    event_id bigint
)
language sql stable parallel safe
as $$
    select
        chargeable.*,
        pending.id
    from billing.chargeable(for_due_date) as chargeable
    inner join billing.pending_charge(for_due_date) as pending
        on
            chargeable.client_package_id = pending.client_package_id
            and chargeable.reference_month = pending.reference_month
    union all
    select
        chargeable.*,
        cast(null as bigint)
    from billing.chargeable(for_due_date) as chargeable
    where
        not exists (
            select 1
            from billing.live_charge(for_due_date) as event
            where
                event.client_package_id = chargeable.client_package_id
                and event.reference_month = chargeable.reference_month
        )
$$;

create or replace function billing.refuse_billed() returns trigger language plpgsql as $$
begin
    -- As every saving transaction writes its run before it lists anything, none of them is under way from here on.
    lock table billing.run in share mode;
    if exists (select from billing.event_of(old.id)) then
        raise exception 'client package % was billed', old.id
            using errcode = 'foreign_key_violation', constraint = 'event_client_package_id_fkey';
    end if;
    return old;
end
$$;

-- Posts each pending reversal on the first open invoice of its client plan that is not older than the charge: on the
-- charge's own, or, where that was closed or paid meanwhile, on the next one. What has none stays pending.
-- Looked up by their keys, whatever the transaction says of joins: they are few among all that was ever billed.
create function billing.post_credits()
returns table (events bigint, amount numeric)
language sql set enable_nestloop = on
as $$
    with payable as (
        select
            event.id,
            event.due_date,
            event.amount,
            correction.event_id as charge_id,
            invoice.id as invoice_id
        from billing.correction
        inner join billing.event_record as event
            on correction.reversal_event_id = event.id and correction.event_due_date = event.due_date
        cross join
            lateral (
                select open_one.id
                from finance.invoice as open_one
                where
                    open_one.client_plan_id = event.client_plan_id
                    and open_one.due_date >= event.due_date
                    and open_one.status = 'open'
                order by open_one.due_date
                limit 1
                for share
            ) as invoice
        where
            not exists (
                select 1
                from finance.posting
                where
                    posting.event_due_date = correction.event_due_date
                    and posting.id = correction.reversal_event_id
            )
    ),

    posted as (
        insert into finance.posting (
            id, invoice_id, kind, amount, billing_event_id, event_due_date, reverses_posting_id
        )
        select
            payable.id,
            payable.invoice_id,
            'reversal',
            payable.amount,
            payable.id as billing_event_id,
            payable.due_date,
            payable.charge_id
        from payable
        returning amount
    )

    select
        count(*) as events,
        coalesce(sum(posted.amount), 0) as amount
    from posted
$$;
