-- Events and their postings by due date, a partition each: what is asked of one due date reads nothing of the others,
-- and its first save and settlement fill a bare table that gets its keys when it is full. An event is processed when it
-- has its posting, and by nothing else: settling adds rows and changes none.

alter table billing.event rename to event_unpartitioned;
alter table billing.event_unpartitioned alter id drop identity;
drop trigger event_never_truncated on billing.event_unpartitioned;
alter table finance.posting rename to posting_unpartitioned;
alter table finance.posting_unpartitioned alter id drop identity;
drop trigger posting_never_truncated on finance.posting_unpartitioned;

-- 2026-12-10 has the numbers from 2026121000000001 on.
create function billing.number_before(first_of date)
returns bigint
language sql immutable parallel safe
as $$
    select (
        extract(year from first_of) * 10000 + extract(month from first_of) * 100 + extract(day from first_of)
    )::bigint * 100000000
$$;

create table billing.event_record (
    id bigint not null,
    run_id bigint not null,
    client_plan_id bigint not null,
    service_plan_id bigint not null,
    client_package_id bigint not null,
    package_id bigint not null,
    due_date date not null,
    reference_month date not null,
    kind text not null,
    amount numeric(12, 2) not null,
    price numeric(12, 2),
    price_source text not null,
    days smallint,
    days_before smallint,
    denominator smallint,
    policy_id bigint,
    reversed boolean not null default false,
    cancel_reason text,
    created_at timestamptz not null default now(),
    cancelled_at timestamptz,
    constraint event_kind check (kind in ('charge', 'reversal')),
    constraint event_price_source check (price_source in ('client', 'package')),
    constraint event_reference_month check (
        reference_month in (
            due_date - (extract(day from due_date)::integer - 1),
            (due_date - (extract(day from due_date)::integer - 1) - interval '1 month')::date
        )
    ),
    constraint event_amount check (case kind when 'charge' then amount > 0 else amount < 0 end),
    constraint event_cancelled check ((cancelled_at is null) = (cancel_reason is null)),
    constraint event_prorated check (
        (days is null) = (denominator is null)
        and (days is null) = (days_before is null)
        and (days is null or (days >= 1 and days_before >= 0 and days_before + days <= denominator))
    ),
    constraint event_reversed check (not reversed or (kind = 'charge' and cancelled_at is null))
) partition by list (due_date);
comment on table billing.event_record is 'What billing.event shows, without what follows from the postings.';
comment on column billing.event_record.service_plan_id is 'The plan as it was when the event was saved.';
comment on column billing.event_record.price is 'The price of a whole month that the amount comes from.';
comment on column billing.event_record.days is 'Days charged of the reference month. Null: the whole price.';
comment on column billing.event_record.days_before is 'Days of the month that an earlier sale of the package covers.';
comment on column billing.event_record.denominator is 'Days of the reference month.';
comment on column billing.event_record.reversed is 'A reversal gave it back.';

-- Of plans. Many at a time: to number a million one by one takes as long as to write them.
create sequence finance.posting_id_seq cache 1000;
create table finance.posting (
    id bigint not null default nextval('finance.posting_id_seq'),
    invoice_id bigint not null,
    kind text not null,
    amount numeric(12, 2) not null,
    billing_event_id bigint,
    event_due_date date,
    reverses_posting_id bigint,
    created_at timestamptz not null default now(),
    constraint posting_kind check (kind in ('plan', 'tv_package', 'reversal')),
    constraint posting_event check (
        (kind = 'plan') = (billing_event_id is null)
        and (kind = 'plan') = (event_due_date is null)
        and (billing_event_id is null or billing_event_id = id)
    ),
    constraint posting_reverses check ((kind = 'reversal') = (reverses_posting_id is not null)),
    constraint posting_amount check (case kind when 'reversal' then amount < 0 else amount > 0 end)
) partition by list (event_due_date);
alter sequence finance.posting_id_seq owned by finance.posting.id;
comment on column finance.posting.event_due_date is 'The due date of the event. Null: of a plan, not of an event.';
create table finance.posting_of_plans partition of finance.posting for values in (null);

-- The charges of a due date that are neither voided nor given back.
create function billing.live_charge(for_due_date date)
returns setof billing.event_record
language sql stable parallel safe
as $$
    select event.*
    from billing.event_record as event
    where
        event.due_date = for_due_date
        and event.kind = 'charge'
        and event.cancelled_at is null
        and not event.reversed
$$;

-- Those of the other due dates that may charge the same months: months are charged in advance or in arrears.
create function billing.charge_of_other_due_date(for_due_date date)
returns setof billing.event_record
language sql stable parallel safe
as $$
    select event.*
    from billing.event_record as event
    where
        event.due_date <> for_due_date
        and event.due_date >= cast(date_trunc('month', cast(for_due_date as timestamp)) - interval '1 month' as date)
        and event.due_date < cast(date_trunc('month', cast(for_due_date as timestamp)) + interval '2 months' as date)
        and event.kind = 'charge'
        and event.cancelled_at is null
        and not event.reversed
$$;

-- No other due date may charge the same: within a due date the keys of its partition see to it. Due dates of two
-- months, each with its own lock, may charge the same month, hence the locks of the months charged.
create function billing.refuse_double_charge(for_due_date date)
returns void language plpgsql set enable_nestloop = off as $$
declare
    month date := date_trunc('month', for_due_date::timestamp);
    twice record;
begin
    perform pg_advisory_xact_lock(hashtextextended('charges of ' || (month - interval '1 month')::date, 0));
    perform pg_advisory_xact_lock(hashtextextended('charges of ' || month, 0));
    select
        event.id,
        other.id as other,
        other.due_date,
        'event_live_charge' as key
    into twice
    from billing.live_charge(for_due_date) as event
    inner join billing.charge_of_other_due_date(for_due_date) as other
        on event.client_package_id = other.client_package_id and event.reference_month = other.reference_month
    limit 1;
    if not found then
        select
            event.id,
            other.id as other,
            other.due_date,
            'event_live_package' as key
        into twice
        from billing.live_charge(for_due_date) as event
        inner join billing.charge_of_other_due_date(for_due_date) as other
            on
                event.client_plan_id = other.client_plan_id
                and event.package_id = other.package_id
                and event.reference_month = other.reference_month
        where event.days is null and other.days is null
        limit 1;
    end if;
    if found then
        raise exception '%: event % and event % of due date %', twice.key, twice.id, twice.other, twice.due_date
            using errcode = 'unique_violation', constraint = twice.key;
    end if;
end
$$;

-- What a step made of a due date, in a table of its own (incoming), becomes the due date's partition: a bare table that
-- gets its constraints and keys now that it is full. If there is a partition already, it takes the rows in. Out: how
-- many they were. One at a time for a due date, by the lock of its month.
create function billing.take_in(parent regclass, for_due_date date, incoming regclass)
returns bigint language plpgsql set default_statistics_target = 20 as $$
declare
    room name;
    partition_name text;
    partition text;
    taken bigint;
begin
    select relnamespace::regnamespace, relname || to_char(for_due_date, '_YYYY_MM_DD')
    into room, partition_name
    from pg_class
    where oid = parent;
    partition := format('%I.%I', room, partition_name);
    if to_regclass(partition) is not null then
        execute format('insert into %s select * from %s', parent, incoming);
        get diagnostics taken = row_count;
        execute format('drop table %s', incoming);
        return taken;
    end if;
    execute format('select count(*) from %s', incoming) into taken;
    -- In one pass over the rows.
    execute (
        select format('alter table %s %s', incoming, string_agg(change, ', '))
        from (
            select format('add constraint %I %s', conname, pg_get_constraintdef(oid)) as change
            from pg_constraint
            where conrelid = parent and contype = 'c'
            union all
            select format('alter %I set not null', attname)
            from pg_attribute
            where attrelid = parent and attnum > 0 and attnotnull
            union all
            select format('add constraint numbered check (id between %s and %s)', before + 1, before + 99999999)
            from billing.number_before(for_due_date) as before
        ) as changes
    );
    -- Triggers of a whole statement fire for the table that it names: these are for whoever names the partition.
    execute format(
        'create trigger added after insert on %1$s
        referencing new table as added for each statement execute function %2$I.require_keys();
        create trigger never_truncated before truncate on %1$s
        for each statement execute function billing.refuse_change();
        alter table %1$s rename to %3$I',
        incoming, room, partition_name
    );
    -- Makes the keys.
    execute format('alter table %s attach partition %s for values in (%L)', parent, partition, for_due_date);
    if parent = 'billing.event_record'::regclass then
        perform billing.refuse_double_charge(for_due_date);
    end if;
    -- The next step is planned by what is in it: what it reads by the partition's statistics, joins by those of the
    -- whole. Roughly: autovacuum makes better ones.
    execute format('analyze %s; analyze only %s', partition, parent);
    return taken;
end
$$;

-- The keys that no index holds, for what a statement added. What bills in bulk makes its rows out of what they point
-- at, and holds that while it does: this is for single rows. Looked up by their keys, whatever the transaction says of
-- joins.
create function billing.require_keys() returns trigger language plpgsql set enable_nestloop = on as $$
declare
    orphan record;
    due date;
begin
    select
        added.id,
        case
            when run.id is null then 'run_id'
            when sold.id is null then 'client_package_id'
            when package.id is null then 'package_id'
            else 'policy_id'
        end as key
    into orphan
    from added
    left join billing.run on added.run_id = run.id
    left join tv.client_package as sold on added.client_package_id = sold.id
    left join tv.package on added.package_id = package.id
    left join billing.policy on added.policy_id = policy.id
    where
        run.id is null
        or sold.id is null
        or package.id is null
        or (policy.id is null and added.policy_id is not null)
    limit 1;
    if found then
        raise exception 'event %: what its % points at does not exist', orphan.id, orphan.key
            using errcode = 'foreign_key_violation', constraint = 'event_' || orphan.key || '_fkey';
    end if;
    for due in select distinct added.due_date from added where added.kind = 'charge' order by 1 loop
        perform billing.refuse_double_charge(due);
    end loop;
    return null;
end
$$;

create function finance.require_keys() returns trigger language plpgsql set enable_nestloop = on as $$
declare
    orphan record;
begin
    with missing as (
        select
            added.id,
            'invoice_id' as key
        from added
        where not exists (select from finance.invoice where invoice.id = added.invoice_id)
        union all
        select
            added.id,
            'billing_event_id' as key
        from added
        where
            added.billing_event_id is not null
            and not exists (
                select
                from billing.event_record as event
                where
                    event.id = added.billing_event_id
                    and event.due_date = added.event_due_date
                    and event.cancelled_at is null
            )
        union all
        select
            added.id,
            'reverses_posting_id' as key
        from added
        where
            added.reverses_posting_id is not null
            and not exists (
                select
                from finance.posting
                where posting.id = added.reverses_posting_id and posting.event_due_date = added.event_due_date
            )
    )

    select
        missing.id,
        missing.key
    into orphan
    from missing
    limit 1;
    if found then
        raise exception 'posting %: what its % points at does not exist', orphan.id, orphan.key
            using errcode = 'foreign_key_violation', constraint = 'posting_' || orphan.key || '_fkey';
    end if;
    return null;
end
$$;

-- What there is already, numbered anew.
create temporary table numbered on commit drop as
select
    event.id as old_id,
    event.due_date,
    billing.number_before(event.due_date) + row_number() over (partition by event.due_date order by event.id) as id
from billing.event_unpartitioned as event;
do $$
declare
    due date;
begin
    for due in select distinct event.due_date from billing.event_unpartitioned as event order by 1 loop
        create table billing.incoming as
        select
            numbered.id, run_id, client_plan_id, service_plan_id, client_package_id, package_id, event.due_date,
            reference_month, kind, amount, price, price_source, days, days_before, denominator, policy_id, reversed,
            cancel_reason, created_at, cancelled_at
        from billing.event_unpartitioned as event
        inner join numbered on event.id = numbered.old_id
        where event.due_date = due;
        perform billing.take_in('billing.event_record', due, 'billing.incoming');
        create table finance.incoming as
        select
            numbered.id, posting.invoice_id, posting.kind, posting.amount, numbered.id as billing_event_id,
            due as event_due_date, reversed.id as reverses_posting_id, posting.created_at
        from finance.posting_unpartitioned as posting
        inner join numbered on posting.billing_event_id = numbered.old_id
        left join finance.posting_unpartitioned as charged on posting.reverses_posting_id = charged.id
        left join numbered as reversed on charged.billing_event_id = reversed.old_id
        where numbered.due_date = due;
        perform billing.take_in('finance.posting', due, 'finance.incoming');
    end loop;
end
$$;
insert into finance.posting (id, invoice_id, kind, amount, created_at)
select
    id,
    invoice_id,
    kind,
    amount,
    created_at
from finance.posting_unpartitioned
where billing_event_id is null;
select setval('finance.posting_id_seq', coalesce((select max(id) from finance.posting_of_plans), 0) + 1, false);

alter table billing.correction
drop constraint correction_event_id_fkey,
drop constraint correction_reversal_event_id_fkey,
add column event_due_date date,
disable trigger correction_immutable;
update billing.correction
set
    event_id = charge.id,
    reversal_event_id = reversal.id,
    event_due_date = charge.due_date
from billing.correction as known
inner join numbered as charge on known.event_id = charge.old_id
left join numbered as reversal on known.reversal_event_id = reversal.old_id
where correction.id = known.id;
alter table billing.correction
alter column event_due_date set not null,
enable trigger correction_immutable;

drop table finance.posting_unpartitioned;
drop table billing.event_unpartitioned;
drop function billing.require_parents;
drop function finance.require_parents;
drop function billing.refuse_change_but_reversal;

-- A key holds within a due date, which no event and no posting ever leaves; beyond it see require_keys. No foreign key
-- is declared: each new partition would get its own, under locks on what it points at, and billing would hold them
-- against whoever closes an invoice or sells a package meanwhile.
alter table billing.event_record
add constraint event_pkey primary key (id, due_date);
create unique index event_live_charge on billing.event_record (client_package_id, reference_month, due_date)
where kind = 'charge' and cancelled_at is null and not reversed;
-- Cancelled and sold again within a month, a package is two client packages, and charged once all the same, unless
-- each is charged by its own days.
create unique index event_live_package on billing.event_record (client_plan_id, package_id, reference_month, due_date)
where kind = 'charge' and cancelled_at is null and not reversed and days is null;
-- The other half of the events: with event_live_charge, all of a client package.
create index event_not_live on billing.event_record (client_package_id)
where kind <> 'charge' or cancelled_at is not null or reversed;

create unique index posting_key on finance.posting (id, event_due_date) nulls not distinct;
create unique index posting_reverses_posting_id_key on finance.posting (reverses_posting_id, event_due_date)
where reverses_posting_id is not null;
create unique index posting_one_plan_an_invoice on finance.posting (invoice_id, event_due_date) nulls not distinct
where kind = 'plan';
create index posting_invoice on finance.posting (invoice_id);
