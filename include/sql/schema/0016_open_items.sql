-- What is open where people look: months that a person waives, what was charged beyond what is owed, and payouts that
-- say when and how they were made.

create table billing.waiver (
    id bigint generated always as identity primary key,
    client_plan_id bigint not null,
    package_id bigint not null,
    reference_month date not null check (extract(day from reference_month) = 1),
    waived boolean not null,
    owed numeric(12, 2) not null,
    charged numeric(12, 2) not null,
    billed boolean not null default false,
    service_plan_id bigint,
    reason text not null check (btrim(reason) <> ''),
    author text not null check (btrim(author) <> ''),
    created_at timestamptz not null default clock_timestamp(),
    check (owed > charged)
);
create index waiver_of_month on billing.waiver (client_plan_id, package_id, reference_month, id);
create index waiver_reference_month on billing.waiver (reference_month);
comment on table billing.waiver is
'Decisions of people on months that nobody charged. Append-only: the last one of a client plan, package and month '
'counts.';
comment on column billing.waiver.package_id is '0: the plan fee.';
comment on column billing.waiver.waived is 'False: taken back, so the month is open again.';
comment on column billing.waiver.owed is
'As it was found last, as are charged, billed and service_plan_id: columns of billing.open_month.';

-- As it was found last, so that a page need not compare whole due dates.
create table billing.excess_charge (
    due_date date not null,
    client_plan_id bigint not null,
    package_id bigint not null,
    reference_month date not null check (extract(day from reference_month) = 1),
    amount numeric(12, 2) not null check (amount > 0),
    reason text not null,
    adjusts boolean not null,
    event_ids bigint[] not null,
    primary key (due_date, client_plan_id, package_id, reference_month)
);
comment on table billing.excess_charge is 'What processed charges are more than what their months owe, in reais.';
comment on column billing.excess_charge.reason is 'Why the month owes less.';
comment on column billing.excess_charge.adjusts is 'Whether the policy gives it back.';
comment on column billing.excess_charge.event_ids is 'The charges.';

create index open_month_reference_month on billing.open_month (reference_month, client_plan_id, package_id);
create index carried_charge_waiting_event on billing.carried_charge (due_date, event_id) where invoice_id is null;
drop index billing.carried_charge_waiting;
create index payout_paid on billing.payout (id) where paid_at is not null;

alter table billing.payout
add column paid_on date,
add column paid_how text check (btrim(paid_how) <> ''),
add constraint payout_paid_on check (paid_on is null or paid_at is not null),
add constraint payout_paid_how check ((paid_on is null) = (paid_how is null));
comment on column billing.payout.paid_at is 'When a person noted the payment.';
comment on column billing.payout.paid_on is 'The day of the payment. Null: of a time when it was not kept.';
drop function if exists billing.mark_paid_out(bigint, text);

create table reports.open_item (
    kind text not null check (
        kind in (
            'overdue_charges', 'waiting_credits', 'payouts', 'carried_charges', 'open_months', 'excess_charges'
        )
    ),
    due_date date,
    reference_month date,
    reason text,
    client_plans bigint not null,
    items bigint not null check (items > 0),
    fees bigint not null default 0,
    amount numeric(14, 2) not null,
    unique nulls not distinct (kind, due_date, reference_month, reason)
);
comment on table reports.open_item is
'What waits for somebody: pending past its due date, credits, payouts, carried charges, open months, excess.';
comment on column reports.open_item.items is 'Events, payouts, packages or plan fees.';
comment on column reports.open_item.fees is 'How many of the items are plan fees.';

create table reports.overdue_charge (
    event_id bigint primary key,
    due_date date not null,
    client_plan_id bigint not null,
    amount numeric(12, 2) not null
);
create index overdue_charge_due_date on reports.overdue_charge (due_date, event_id);
comment on table reports.overdue_charge is
'The pending charges of past due dates, of those that have few: among many that are posted, a page would look for '
'them too long.';
