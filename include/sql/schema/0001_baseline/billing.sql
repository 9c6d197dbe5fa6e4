-- Billing runs, their events, exclusions, corrections, policies, reviews and lists. The constraints are the last guard:
-- whatever the code does, nobody is charged twice for one package in one month, and what was processed stays as it was.
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

-- How the extras of a service plan are charged. Each row is a version, and every event keeps the version that it was
-- made by. The first row is the manual's rule, which applies to every plan without a policy of its own.
create table billing.policy (
    id bigint generated always as identity primary key,
    service_plan_id bigint,
    proration text not null default 'full' check (proration in ('full', 'daily')),
    timing text not null default 'advance' check (timing in ('advance', 'arrears')),
    minimum_amount numeric(12, 2) not null default 0 check (minimum_amount >= 0),
    bills_suspended boolean not null default false,
    author text not null check (btrim(author) <> ''),
    created_at timestamptz not null default now()
);
create index policy_service_plan on billing.policy (service_plan_id, id);
comment on table billing.policy is 'Append-only. The newest row of a service plan is in force.';
comment on column billing.policy.service_plan_id is 'Null: the default, for plans without a policy of their own.';
comment on column billing.policy.proration is 'full: the price, if sold on the due date; daily: by days of the month.';
comment on column billing.policy.timing is 'advance: the month of the due date; arrears: the month before it.';
comment on column billing.policy.minimum_amount is 'A charge below it is not made.';

insert into billing.policy (author) values ('manual');

-- The events, a partition a due date: what is asked of one due date reads nothing of the others, and its first save
-- fills a bare table that gets its keys when it is full (billing.attach_partition). An event is processed when it has
-- its posting, and by nothing else: settling adds rows and changes none. The view billing.event shows that status.
--
-- An event's number begins with its due date (billing.number_before). Keys hold within a due date, which events and
-- postings never leave; billing.refuse_double_charge covers the rest. There are no foreign keys (see
-- billing.require_keys): each new partition would create its own, under locks on the tables that it refers to, and
-- whoever closes an invoice or sells a package would wait for billing.
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
    constraint event_pkey primary key (id, due_date),
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
create unique index event_live_charge on billing.event_record (client_package_id, reference_month, due_date)
where kind = 'charge' and cancelled_at is null and not reversed;
-- A package that is cancelled and sold again within a month is two client packages, but is charged once, unless each is
-- charged by its own days.
create unique index event_live_package on billing.event_record (client_plan_id, package_id, reference_month, due_date)
where kind = 'charge' and cancelled_at is null and not reversed and days is null;
-- The events that event_live_charge leaves out: the two indexes find all events of a client package.
create index event_not_live on billing.event_record (client_package_id)
where kind <> 'charge' or cancelled_at is not null or reversed;
comment on table billing.event_record is 'What billing.event shows, without what follows from the postings.';
comment on column billing.event_record.service_plan_id is 'The plan as it was when the event was saved.';
comment on column billing.event_record.price is 'The price of a whole month that the amount comes from.';
comment on column billing.event_record.days is 'Days charged of the reference month. Null: the whole price.';
comment on column billing.event_record.days_before is 'Days of the month that an earlier sale of the package covers.';
comment on column billing.event_record.denominator is 'Days of the reference month.';
comment on column billing.event_record.reversed is 'A reversal gave it back.';

create table billing.exclusion (
    run_id bigint not null references billing.run,
    client_plan_id bigint not null,
    client_package_id bigint not null,
    service_plan_id bigint not null,
    reason text not null check (
        reason in (
            'client_plan_cancelled', 'client_plan_suspended', 'client_plan_not_active_yet', 'plan_without_tv',
            'package_not_extra', 'package_inactive', 'not_added_yet', 'package_cancelled', 'no_price', 'free',
            'already_billed', 'not_due', 'below_minimum', 'corrected', 'negative_price', 'listed_twice'
        )
    ),
    primary key (run_id, client_package_id)
);
comment on column billing.exclusion.reason is 'negative_price and listed_twice are errors of the data, parked.';

create table billing.expectation (
    run_id bigint not null references billing.run,
    service_plan_id bigint not null,
    candidates bigint not null,
    charges bigint not null check (charges between 0 and candidates),
    amount numeric(14, 2) not null check (amount >= 0),
    primary key (run_id, service_plan_id)
);
comment on table billing.expectation is 'What a run must charge by plan, summed from the list, not from events.';

-- The events that people reversed or voided: who, when and why.
create table billing.correction (
    id bigint generated always as identity primary key,
    event_id bigint not null unique,
    action text not null check (action in ('void', 'reverse')),
    reason text not null check (btrim(reason) <> ''),
    author text not null check (btrim(author) <> ''),
    rebill boolean not null,
    reversal_event_id bigint unique,
    created_at timestamptz not null default now(),
    event_due_date date not null,
    check ((action = 'reverse') = (reversal_event_id is not null))
);
comment on column billing.correction.rebill is 'Whether the next run may charge this month again.';

-- The lists that a person or a rule approved: a list is saved only as it was reviewed.
create table billing.review (
    id bigint generated always as identity primary key,
    due_date date not null,
    digest text not null,
    candidates bigint not null,
    charges bigint not null,
    amount numeric(14, 2) not null,
    last_charges bigint,
    last_amount numeric(14, 2),
    concerns text[] not null,
    decision text check (decision in ('approved', 'rejected')),
    decided_by text,
    decided_at timestamptz,
    created_at timestamptz not null default now(),
    check ((decision is null) = (decided_by is null) and (decision is null) = (decided_at is null))
);
comment on column billing.review.digest is 'Of the whole list: what was reviewed and what is saved have the same.';
comment on column billing.review.last_charges is 'Of the same due day in the month before. Null: it was not billed.';
comment on column billing.review.decided_by is 'A person, or the rule that asked nobody.';
create index review_due_date on billing.review (due_date, id);

-- The list that Carregar stores for people to read page by page. It charges nothing; Salvar saves exactly this list.
-- Each due date has one list, the newest. Its lines are read by its number (`where preview_id = ...`), which is never
-- reused. The tables are unlogged: after a crash of PostgreSQL the lists are gone, and a person presses Carregar again.
-- Only their numbers are logged, by a sequence that no table owns, so that a crash causes no number to be reused.
create sequence billing.preview_id_seq;

create unlogged table billing.preview (
    id bigint primary key,
    due_date date not null unique,
    digest text not null,
    candidates bigint not null,
    charges bigint not null,
    amount numeric(14, 2) not null,
    last_charges bigint,
    last_amount numeric(14, 2),
    concerns text[] not null,
    created_at timestamptz not null default now()
);
comment on table billing.preview is 'The newest list of a due date, in numbers. It has as many lines as candidates.';
comment on column billing.preview.digest is 'The same as that of the review of the same list.';
comment on column billing.preview.charges is 'Also those that are processed already; likewise amount.';
comment on column billing.preview.last_charges is 'Of the same due day in the month before. Null: it was not billed.';
comment on column billing.preview.concerns is 'What is unusual about the list, a sentence in Portuguese for each.';

create unlogged table billing.preview_outcome (
    preview_id bigint not null references billing.preview on delete cascade,
    outcome text not null,
    client_packages bigint not null,
    amount numeric(14, 2) not null,
    primary key (preview_id, outcome)
);
comment on column billing.preview_outcome.outcome is 'charge, or the reason of the exclusion.';

create unlogged table billing.preview_change (
    preview_id bigint not null references billing.preview on delete cascade,
    number integer not null,
    client_plan_id bigint not null,
    amount_before numeric(14, 2) not null,
    amount_after numeric(14, 2) not null,
    primary key (preview_id, number)
);
comment on table billing.preview_change is 'Whose charges differ most from the month before, the greatest first.';

-- Each list has a partition, which is filled bare and gets its keys when it is full. The keys serve the pages, each of
-- which starts where the one before ended: `and (client_plan_id, client_package_id, reference_month) > (...)`, ordered
-- by the same three columns, with or without `and outcome = ...`.
create table billing.preview_line (
    preview_id bigint not null,
    client_plan_id bigint not null,
    client_package_id bigint not null,
    service_plan_id bigint,
    package_id bigint not null,
    event_id bigint,
    reference_month date not null,
    days smallint,
    denominator smallint,
    amount numeric(12, 2),
    price numeric(12, 2),
    price_source text not null,
    outcome text not null,
    status text,
    constraint preview_line_status check (status in ('new', 'pending', 'processed')),
    constraint preview_line_charge check (
        (outcome = 'charge') = (status is not null) and (outcome = 'charge') = (amount is not null)
    ),
    primary key (client_plan_id, client_package_id, reference_month, preview_id)
) partition by list (preview_id);
create index preview_line_outcome
on billing.preview_line (outcome, client_plan_id, client_package_id, reference_month);
comment on column billing.preview_line.outcome is 'charge, or the reason of the exclusion.';
comment on column billing.preview_line.amount is 'What is charged. Null: nothing is.';
comment on column billing.preview_line.price is 'The price of a whole month that the amount comes from.';
comment on column billing.preview_line.days is 'Days charged of the reference month. Null: the whole price.';
comment on column billing.preview_line.denominator is 'Days of the reference month.';
comment on column billing.preview_line.event_id is 'The event there is. Where nothing is charged, Salvar cancels it.';
comment on column billing.preview_line.status is 'new: Salvar makes its event; else that of the event there is.';
