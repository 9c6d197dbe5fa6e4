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

create table finance.posting (
    id bigint generated always as identity primary key,
    invoice_id bigint not null references finance.invoice,
    kind text not null check (kind in ('plan', 'tv_package', 'reversal')),
    amount numeric(12, 2) not null,
    billing_event_id bigint unique references billing.event,
    reverses_posting_id bigint unique references finance.posting,
    created_at timestamptz not null default now(),
    check ((kind = 'plan') = (billing_event_id is null)),
    check ((kind = 'reversal') = (reverses_posting_id is not null)),
    check (case kind when 'reversal' then amount < 0 else amount > 0 end)
);
create unique index posting_one_plan_an_invoice on finance.posting (invoice_id) where kind = 'plan';
create index posting_invoice on finance.posting (invoice_id);

create trigger posting_immutable before update or delete on finance.posting
for each row execute function billing.refuse_change();
create trigger posting_never_truncated before truncate on finance.posting
for each statement execute function billing.refuse_change();
