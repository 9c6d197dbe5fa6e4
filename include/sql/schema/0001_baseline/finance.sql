-- What a client owes. An invoice's total is the sum of its postings; postings are only ever added.
create schema finance;

create table finance.invoice (
    id bigint generated always as identity primary key,
    client_plan_id bigint not null,
    due_date date not null,
    status text not null default 'open' check (status in ('open', 'closed', 'paid')),
    created_at timestamptz not null default now(),
    unique (client_plan_id, due_date)
);
create index invoice_due_date on finance.invoice using brin (due_date);

-- A posting of an event has the event's number; postings of plan fees get numbers from this sequence. It caches many,
-- because fetching a million one by one takes as long as writing the rows.
create sequence finance.posting_id_seq cache 1000;

-- What is on the invoices: the charges and credits of events, with a partition for each due date as the events, and the
-- plan fees. As for events, there are no foreign keys: the trigger finance.require_keys checks what they would.
create table finance.posting (
    id bigint not null default nextval('finance.posting_id_seq'),
    invoice_id bigint not null,
    kind text not null,
    amount numeric(12, 2) not null,
    billing_event_id bigint,
    event_due_date date,
    reverses_posting_id bigint,
    created_at timestamptz not null default now(),
    fee_client_plan_id bigint,
    fee_month date,
    constraint posting_kind check (kind in ('plan', 'tv_package', 'reversal')),
    constraint posting_event check (
        (kind = 'plan') = (billing_event_id is null)
        and (kind = 'plan') = (event_due_date is null)
        and (billing_event_id is null or billing_event_id = id)
    ),
    constraint posting_reverses check ((kind = 'reversal') = (reverses_posting_id is not null)),
    constraint posting_amount check (case kind when 'reversal' then amount < 0 else amount > 0 end),
    constraint posting_fee check (
        (kind = 'plan') = (fee_month is not null)
        and (kind = 'plan') = (fee_client_plan_id is not null)
        and extract(day from fee_month) = 1
    )
) partition by list (event_due_date);
alter sequence finance.posting_id_seq owned by finance.posting.id;
-- A posting of an event has the event's number, so this refuses a second one.
create unique index posting_key on finance.posting (id, event_due_date, fee_month) nulls not distinct;
create unique index posting_reverses_posting_id_key
on finance.posting (reverses_posting_id, event_due_date, fee_month) nulls not distinct
where reverses_posting_id is not null;
create index posting_invoice on finance.posting (invoice_id);
comment on column finance.posting.event_due_date is 'The due date of the event. Null: of a plan, not of an event.';
comment on column finance.posting.fee_client_plan_id is 'Whose plan fee it is. Null: of an event.';
comment on column finance.posting.fee_month is 'The month that a plan fee is for, as its first day. Null: of an event.';

-- A client plan pays one plan fee a month. The posting has the client plan and the month, so that a key can enforce it.
-- Each month has a partition, which its first standard billing makes (finance.open_fee_month).
create table finance.posting_of_plans partition of finance.posting
for values in (null) partition by list (fee_month);
create unique index posting_one_fee_a_month on finance.posting_of_plans (fee_client_plan_id, fee_month);
