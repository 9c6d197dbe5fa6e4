-- The figures of the dashboard: the discrepancies in reais, and sums of what was billed, sold and reconciled. Tasks
-- compute them, so that the page only reads.
create schema dashboard;

create table dashboard.refresh (
    figure text primary key,
    refreshed_at timestamptz not null default now()
);
comment on column dashboard.refresh.figure is 'The name of the table that was worked out.';

-- The state of a due date when it was summed; its sums stay valid while the state is the same.
create table dashboard.due_date (
    due_date date primary key,
    status text not null,
    closed_at timestamptz,
    corrections bigint not null,
    credits bigint not null,
    summed_at timestamptz not null default now()
);
comment on column dashboard.due_date.credits is 'Reversals that are posted.';

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

create table dashboard.discrepancy (
    kind text primary key check (kind in ('sold_not_active', 'active_not_billed', 'billed_not_active')),
    client_plans bigint not null,
    amount numeric(14, 2) not null
);
comment on table dashboard.discrepancy is 'A row a kind, also where nothing disagrees; empty if it was never measured.';

create table dashboard.operation (
    day date not null,
    action text not null,
    status text not null,
    operations bigint not null,
    primary key (day, action, status)
);
comment on table dashboard.operation is 'What differed between contracts and platform, of the last 31 days.';
comment on column dashboard.operation.operations is
'An operation that is computed again on the same day counts once.';
