-- Charges that go on a later invoice, credits of several postings and payouts, and corrections of corrections.

alter table finance.invoice
add column made_here boolean not null default false,
add column erp_total numeric(14, 2);
comment on column finance.invoice.made_here is
'Made by the standard billing or by a settlement: its total is the sum of its postings. False: the ERP wrote it.';
comment on column finance.invoice.erp_total is
'What the ERP itself put on the invoice, beside our postings. Null: unknown, unless a plan fee is posted here.';

-- The first posting of a credit has the number of its event, those after it numbers that events never reach.
alter table finance.posting drop constraint posting_event;
alter table finance.posting add constraint posting_event check (
    (kind = 'plan') = (billing_event_id is null)
    and (kind = 'plan') = (event_due_date is null)
    and (
        billing_event_id is null
        or billing_event_id = id
        or (kind = 'reversal' and id % 100000000 > 50000000 and id / 100000000 = billing_event_id / 100000000)
    )
);
drop index finance.posting_reverses_posting_id_key;
create index posting_reverses on finance.posting (reverses_posting_id) where reverses_posting_id is not null;

create table billing.credit_posting (
    posting_id bigint primary key,
    event_id bigint not null references billing.credit,
    due_date date not null,
    invoice_id bigint not null,
    amount numeric(12, 2) not null check (amount < 0),
    posted_at timestamptz not null default now()
);
create index credit_posting_event on billing.credit_posting (event_id);
create index credit_posting_due_date on billing.credit_posting (due_date);
create index credit_posting_invoice on billing.credit_posting (invoice_id);
comment on table billing.credit_posting is
'The postings of credits once more, so that those of an invoice are found without reading the partitions.';
comment on column billing.credit_posting.due_date is 'Of the credit, whatever that of the invoice is.';
insert into billing.credit_posting (posting_id, event_id, due_date, invoice_id, amount, posted_at)
select
    credit.event_id as posting_id,
    credit.event_id,
    credit.due_date,
    credit.invoice_id,
    credit.amount,
    credit.posted_at
from billing.credit
where credit.invoice_id is not null;

create table billing.payout (
    id bigint generated always as identity primary key,
    event_id bigint not null references billing.credit,
    due_date date not null,
    client_plan_id bigint not null,
    client_id bigint,
    amount numeric(12, 2) not null check (amount > 0),
    created_at timestamptz not null default now(),
    paid_at timestamptz,
    paid_by text check (btrim(paid_by) <> ''),
    withdrawn_at timestamptz,
    check ((paid_at is null) = (paid_by is null)),
    check (paid_at is null or withdrawn_at is null)
);
create index payout_event on billing.payout (event_id);
create index payout_due_date on billing.payout (due_date);
create index payout_open on billing.payout (id) where paid_at is null and withdrawn_at is null;
comment on table billing.payout is 'What is paid out of credits, because no invoice of the client will come.';
comment on column billing.payout.due_date is 'Of the credit.';
comment on column billing.payout.client_id is 'Who gets the money: the client when it was charged. Null: unknown.';
comment on column billing.payout.withdrawn_at is 'When the credit was taken back before anybody paid it.';

drop trigger if exists credit_posted_once on billing.credit;
drop function if exists billing.refuse_other_invoice();
alter table billing.credit disable trigger user;
alter table billing.credit
drop constraint credit_charge_id_key,
add column kind text not null default 'reversal' check (kind in ('reversal', 'adjustment')),
add column client_id bigint,
add column rest numeric(12, 2),
add column settled_at timestamptz,
add column voided boolean not null default false,
add column created_at timestamptz not null default now();
update billing.credit
set rest = case when credit.invoice_id is null then -credit.amount else 0 end, settled_at = credit.posted_at
where true;
alter table billing.credit
alter column rest set not null,
drop column invoice_id,
drop column posted_at,
add constraint credit_rest check (rest between 0 and -amount),
add constraint credit_settled check ((rest = 0) = (settled_at is not null or voided));
alter table billing.credit enable trigger user;
create index credit_charge on billing.credit (charge_id);
create index credit_due_date on billing.credit (due_date);
create index credit_waiting on billing.credit (event_id) where rest > 0;
comment on table billing.credit is 'The reversals, each with what is still to be posted or paid out of it.';
comment on column billing.credit.kind is
'reversal: a person gave the whole charge back; adjustment: a part of it, which was not owed.';
comment on column billing.credit.client_id is
'Whose credit it is: the client of the contract on the due date, as the history has it. Null: unknown.';
comment on column billing.credit.rest is 'What is neither posted nor listed for paying out.';
comment on column billing.credit.settled_at is 'When nothing was left of it: its event is processed from then on.';
comment on column billing.credit.voided is 'Taken back before anything of it was posted or paid out.';

create table billing.carried_charge (
    event_id bigint primary key,
    due_date date not null,
    client_plan_id bigint not null,
    invoice_id bigint,
    amount numeric(12, 2),
    posted_at timestamptz,
    check ((invoice_id is null) = (posted_at is null)),
    check ((invoice_id is null) = (amount is null))
);
create index carried_charge_waiting on billing.carried_charge (due_date) where invoice_id is null;
create index carried_charge_invoice on billing.carried_charge (invoice_id) where invoice_id is not null;
comment on table billing.carried_charge is
'The charges that found no open invoice of their own at settlement, each with its invoice once it is posted.';

alter table billing.correction
drop constraint correction_event_id_key,
drop constraint correction_action_check,
drop constraint correction_check,
add column undoes bigint unique references billing.correction,
add column charge_event_id bigint unique,
add constraint correction_action_check check (action in ('void', 'reverse', 'take_back')),
add constraint correction_reversal check (action = 'reverse' or reversal_event_id is null),
add constraint correction_undoes check ((action = 'take_back') = (undoes is not null)),
add constraint correction_charge check (action = 'take_back' or charge_event_id is null);
comment on column billing.correction.reversal_event_id is
'The credit. Null for a later decision on the same reversal: whether the month may be charged again.';
create index correction_event on billing.correction (event_id, id);
comment on column billing.correction.undoes is
'The correction that a take_back undoes. The last one of an event counts.';
comment on column billing.correction.charge_event_id is
'The charge that takes the correction back. Null: nothing was posted of it, and the corrected charge counts again.';
