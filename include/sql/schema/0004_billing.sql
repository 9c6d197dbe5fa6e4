-- Billing runs, their events and their exclusions. The constraints are the last guard: whatever the code does,
-- nobody is charged twice for one package in one month, and what was processed stays as it was.
create schema billing;

create table billing.run (
    id bigint generated always as identity primary key,
    kind text not null check (kind in ('tv', 'standard')),
    due_date date not null,
    status text not null check (status in ('open', 'saved', 'closed', 'failed')),
    reason text,
    created_at timestamptz not null default now(),
    closed_at timestamptz,
    unique (kind, due_date),
    check ((status = 'closed') = (closed_at is not null)),
    check (status <> 'failed' or reason is not null)
);
comment on column billing.run.status is 'tv: open, saved, closed (nothing pending); standard: open, closed, failed.';

create table billing.event (
    id bigint generated always as identity primary key,
    run_id bigint not null references billing.run,
    client_plan_id bigint not null,
    service_plan_id bigint not null,
    client_package_id bigint not null references tv.client_package,
    package_id bigint not null references tv.package,
    due_date date not null,
    reference_month date not null,
    kind text not null check (kind in ('charge', 'reversal')),
    amount numeric(12, 2) not null,
    price_source text not null check (price_source in ('client', 'package')),
    status text not null default 'pending' check (status in ('pending', 'processed', 'cancelled')),
    cancel_reason text,
    created_at timestamptz not null default now(),
    processed_at timestamptz,
    cancelled_at timestamptz,
    check (reference_month = due_date - (extract(day from due_date)::integer - 1)),
    check (case kind when 'charge' then amount > 0 else amount < 0 end),
    check ((status = 'processed') = (processed_at is not null)),
    check ((status = 'cancelled') = (cancelled_at is not null and cancel_reason is not null))
);
comment on column billing.event.service_plan_id is 'The plan as it was when the event was saved.';
create unique index event_live_charge on billing.event (client_package_id, reference_month)
where kind = 'charge' and status <> 'cancelled';
-- Cancelled and sold again within a month, a package is two client packages, and charged once all the same.
create unique index event_live_package on billing.event (client_plan_id, package_id, reference_month)
where kind = 'charge' and status <> 'cancelled';
create index event_run on billing.event (run_id);
create index event_client_plan on billing.event (client_plan_id, due_date);

create table billing.exclusion (
    run_id bigint not null references billing.run,
    client_plan_id bigint not null,
    client_package_id bigint not null,
    service_plan_id bigint not null,
    reason text not null check (
        reason in (
            'client_plan_cancelled', 'client_plan_suspended', 'client_plan_not_active_yet', 'plan_without_tv',
            'package_not_extra', 'package_inactive', 'not_added_yet', 'package_cancelled', 'no_price', 'free',
            'already_billed', 'not_due'
        )
    ),
    primary key (run_id, client_package_id)
);

create table billing.expectation (
    run_id bigint not null references billing.run,
    service_plan_id bigint not null,
    candidates bigint not null,
    charges bigint not null check (charges between 0 and candidates),
    amount numeric(14, 2) not null check (amount >= 0),
    primary key (run_id, service_plan_id)
);
comment on table billing.expectation is 'What a run must charge by plan, summed from the list, not from events.';

create function billing.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '%.% is append-only: % refused', tg_table_schema, tg_table_name, tg_op
        using errcode = 'restrict_violation', hint = 'Correct a charge by a reversal, never by an edit.';
end
$$;

create trigger event_never_deleted before delete on billing.event
for each row execute function billing.refuse_change();
create trigger event_never_truncated before truncate on billing.event
for each statement execute function billing.refuse_change();
create trigger event_final before update on billing.event
for each row when (old.status <> 'pending') execute function billing.refuse_change();
