-- The figures that the dashboard's page shows, worked out by tasks, so that the page only reads: the drift in reais,
-- and sums of what was billed, sold and reconciled.

-- The last operations of one client plan, and what was left of it.
create index operation_client_plan on reconciliation.operation (client_plan_id, plan_id);
drop index reconciliation.difference_plan;
create index difference_plan on reconciliation.difference (plan_id, client_plan_id);

alter table reconciliation.plan add column second_snapshot_id bigint references reconciliation.snapshot;
comment on column reconciliation.plan.second_snapshot_id is 'Taken when it was applied. Null: there was none.';

-- Made in bulk out of rows that have the keys: no foreign key is looked at again for each.
create table reconciliation.drift (
    plan_id bigint not null,
    kind text not null check (kind in ('sold_not_active', 'active_not_billed', 'billed_not_active')),
    client_plan_id bigint not null,
    package_id bigint not null,
    amount numeric(12, 2) not null check (amount >= 0),
    reason text not null,
    primary key (client_plan_id, package_id, kind)
);
create index drift_page on reconciliation.drift (kind, amount desc, client_plan_id, package_id);
comment on table reconciliation.drift is 'Extras whose sale, service and charge disagree. Of the last full plan only.';
comment on column reconciliation.drift.amount is 'Reais a month.';
comment on column reconciliation.drift.reason is 'In Portuguese, for the screen.';

create table reconciliation.drift_measured (
    plan_id bigint primary key references reconciliation.plan,
    seen_at timestamptz not null,
    measured_at timestamptz not null default now()
);
comment on table reconciliation.drift_measured is 'One row: of which plan the drift is. None: it was never measured.';
comment on column reconciliation.drift_measured.seen_at is 'When the platform was looked at.';

create schema dashboard;

create table dashboard.refresh (
    figure text primary key,
    refreshed_at timestamptz not null default now()
);
comment on column dashboard.refresh.figure is 'The name of the table that was worked out.';

-- What a due date was when its sums were made: while it is the same, so are they.
create table dashboard.due_date (
    due_date date primary key,
    status text not null,
    closed_at timestamptz,
    corrections bigint not null,
    credits bigint not null,
    summed_at timestamptz not null default now()
);
comment on column dashboard.due_date.credits is 'Reversals that are posted.';

-- What it is now. Whatever is posted of a closed run is a reversal, and each reversal has its correction.
create view dashboard.due_date_state as
with corrected as (
    select
        correction.event_due_date as due_date,
        count(*) as corrections,
        count(credit.id) as credits
    from billing.correction
    -- One by one: they are few among all that was ever posted.
    left join lateral (
        select posting.id
        from finance.posting
        where
            posting.event_due_date = correction.event_due_date
            and posting.id = correction.reversal_event_id
        limit 1 -- noqa: AM09
    ) as credit on true
    group by correction.event_due_date
)

select
    run.due_date,
    run.status,
    run.closed_at,
    coalesce(corrected.corrections, 0) as corrections,
    coalesce(corrected.credits, 0) as credits
from billing.run as run
left join corrected on run.due_date = corrected.due_date
where run.kind = 'tv';

create table dashboard.due_date_sum (
    due_date date not null references dashboard.due_date,
    reference_month date not null,
    package_id bigint not null references tv.package,
    status text not null,
    events bigint not null,
    amount numeric(14, 2) not null,
    postings bigint not null,
    posted numeric(14, 2) not null,
    primary key (due_date, reference_month, package_id, status)
);
comment on column dashboard.due_date_sum.postings is 'Of charges, less those of reversals.';
comment on column dashboard.due_date_sum.posted is 'The sum of all postings: net of reversals.';

create table dashboard.revenue (
    month date not null,
    package_id bigint not null references tv.package,
    postings bigint not null,
    amount numeric(14, 2) not null,
    primary key (month, package_id)
);
comment on column dashboard.revenue.month is 'The reference month of the events (competência).';
comment on column dashboard.revenue.postings is 'Charges posted, less those given back.';
comment on column dashboard.revenue.amount is 'Posted, net of reversals.';

create table dashboard.event_status (
    due_date date not null,
    status text not null check (status in ('pending', 'processed', 'cancelled')),
    events bigint not null,
    amount numeric(14, 2) not null,
    primary key (due_date, status)
);
comment on table dashboard.event_status is 'Charges and reversals of the due dates of 13 months back, and to come.';

create table dashboard.package_clients (
    package_id bigint not null references tv.package,
    kind text not null check (kind in ('included', 'extra')),
    client_plans bigint not null,
    amount numeric(14, 2) not null,
    primary key (package_id, kind)
);
comment on column dashboard.package_clients.kind is 'included: the default package of the plan; extra: sold on top.';
comment on column dashboard.package_clients.amount is 'Prices a month. What is included costs nothing by itself.';

create table dashboard.drift (
    kind text primary key check (kind in ('sold_not_active', 'active_not_billed', 'billed_not_active')),
    client_plans bigint not null,
    amount numeric(14, 2) not null
);
comment on table dashboard.drift is 'A row a kind, also where there is no drift; empty if it was never measured.';

create table dashboard.operation (
    day date not null,
    action text not null,
    status text not null,
    operations bigint not null,
    primary key (day, action, status)
);
comment on table dashboard.operation is 'What differed between contracts and platform, of the last 31 days.';
comment on column dashboard.operation.operations is 'The same operation, planned anew on one day, counts once.';
