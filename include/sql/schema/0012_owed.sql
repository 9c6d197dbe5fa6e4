-- What a month owes is worked out from its history, and a due date may bill older months too.
create type billing.month_of_sale as (
    client_plan_id bigint,
    service_plan_id bigint,
    client_package_id bigint,
    package_id bigint,
    reference_month date,
    segment integer,
    amount numeric,
    price numeric,
    price_source text,
    days integer,
    days_before integer,
    value_before numeric,
    denominator integer,
    policy_id bigint,
    exclusion text
);
comment on type billing.month_of_sale is
'What a client package owes for a month, or the part of it that one price has; or why not (billing.exclusion_reason). '
'Columns as in billing.event_record. service_plan_id 0: the ERP names none.';

create type billing.sale_of_contract as (
    client_plan_id bigint,
    service_plan_id bigint,
    status text,
    activated_on date,
    cancelled_on date,
    parked text,
    billing_day date,
    billed_as bigint,
    client_package_id bigint,
    package_id bigint,
    added_on date,
    sold_until date,
    price numeric,
    since date,
    until date
);
comment on type billing.sale_of_contract is 'What billing.sale returns.';

alter table billing.event_record
add column segment smallint not null default 1,
add column value_before numeric(16, 2),
add constraint event_segment check (segment >= 1),
drop constraint event_reference_month,
add constraint event_reference_month check (
    extract(day from reference_month) = 1 and reference_month <= due_date and reference_month > due_date - 400
),
drop constraint event_prorated,
add constraint event_prorated check (
    (days is null) = (denominator is null)
    and (days is null) = (days_before is null)
    and (days is null or (days >= 0 and days_before >= 0 and days_before + days <= denominator))
);
comment on column billing.event_record.days_before is 'Days of the month that earlier segments of the package charge.';
comment on column billing.event_record.segment is 'A month charged by its days has one for each price of a sale.';
comment on column billing.event_record.value_before is
'Price times days of the earlier segments, in reais. Null, with days: price times days_before.';

-- A month that is charged by its days may be charged in several segments.
drop index billing.event_live_charge;
create unique index event_live_charge
on billing.event_record (client_package_id, reference_month, due_date, segment)
where kind = 'charge' and cancelled_at is null and not reversed;

-- A due date may exclude a client package in several months.
alter table billing.exclusion add column reference_month date;
alter table billing.exclusion disable trigger user;
update billing.exclusion
set reference_month = date_trunc('month', cast(run.due_date as timestamp))
from billing.run
where exclusion.run_id = run.id;
alter table billing.exclusion enable trigger user;
alter table billing.exclusion
alter column reference_month set not null,
drop constraint exclusion_pkey,
add primary key (run_id, client_package_id, reference_month),
drop constraint exclusion_reason_check,
add constraint exclusion_reason_check check (
    reason in (
        'client_plan_cancelled', 'client_plan_suspended', 'client_plan_not_active_yet', 'plan_without_tv',
        'package_not_extra', 'package_inactive', 'not_added_yet', 'package_cancelled', 'no_price', 'free',
        'already_billed', 'not_due', 'below_minimum', 'corrected', 'negative_price', 'listed_twice',
        'impossible_client_plan_id', 'impossible_client_id', 'impossible_service_plan_id', 'impossible_date',
        'service_plan_unknown', 'service_plan_repeated', 'impossible_monthly_price', 'open_month', 'before_go_live'
    )
);
insert into billing.exclusion_reason (code, is_bad_data, at_settlement, if_served)
values
('open_month', false, 'keep', 'fine'),
('before_go_live', false, 'void', 'fine');
analyze billing.exclusion_reason;

-- A candidate may be charged in several segments.
alter table billing.expectation
drop constraint expectation_check,
add constraint expectation_charges check (charges >= 0);

-- Small: found by comparing all months that are looked back at, so that a list need not look for them.
create table billing.open_month (
    client_plan_id bigint not null,
    package_id bigint not null,
    reference_month date not null check (extract(day from reference_month) = 1),
    owed numeric(12, 2) not null,
    charged numeric(12, 2) not null,
    primary key (client_plan_id, package_id, reference_month),
    check (owed > charged)
);
comment on table billing.open_month is
'Months that owe more than was charged, in reais, as it was found last. charged 0: the month was never billed. '
'package_id 0: the plan fee.';

create table billing.go_live (
    only_one boolean primary key default true check (only_one),
    month date not null check (extract(day from month) = 1)
);
comment on table billing.go_live is
'The first month that owes anything, as the settings have it. No row: that of the first TV billing.';

-- The few that changed since the first day of a month.
create index client_plan_until on history.client_plan (until) where until < 'infinity';
create index client_package_until on history.client_package (until) where until < 'infinity';
create index client_plan_term_gone_since on history.client_plan_term (gone_since) where gone_since is not null;

-- Others took their place.
drop function if exists billing.candidate(date);
drop function if exists billing.chargeable(date);
drop function if exists billing.charged_otherwise(date);
drop function if exists billing.assessed_sale(date);
drop function if exists billing.days_sold_before(bigint, numeric, date, date, date, date);
drop function if exists billing.prorated(numeric, integer, integer, integer);
drop function if exists billing.policy_of(date);
drop view if exists billing.policy_in_force;
drop function if exists billing.charge_of_other_due_date(date);
-- Their files have other columns.
drop function if exists billing.taken_back(date);
drop function if exists billing.due_client_plan(date);
drop function if exists billing.due_row(date);

-- A line of a stored list is a segment, too.
alter table billing.preview_line
add column segment smallint not null default 1,
drop constraint preview_line_pkey,
add primary key (client_plan_id, client_package_id, reference_month, segment, preview_id);
drop index billing.preview_line_outcome;
create index preview_line_outcome
on billing.preview_line (outcome, client_plan_id, client_package_id, reference_month, segment);
