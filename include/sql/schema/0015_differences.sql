-- What a month owes beyond what was charged for it is charged later, as a difference.
alter table billing.event_record
drop constraint event_segment,
add constraint event_segment check (segment >= 0);
comment on column billing.event_record.segment is
'A month charged by its days has one for each price of a sale. 0: a difference, which adds to what was charged before.';
comment on column billing.event_record.value_before is
'Price times days of the earlier segments, in reais. Null, with days: price times days_before. Of a difference: what '
'was charged for the month before it.';

alter table billing.open_month
add column billed boolean not null default false,
add column service_plan_id bigint;
comment on table billing.open_month is
'Months that owe more than was charged, in reais, as it was found last. charged 0: nobody charged the package for it. '
'package_id 0: the plan fee.';
comment on column billing.open_month.billed is
'The due date of the month was billed, so that a package of which nothing was charged came later. By days only.';
comment on column billing.open_month.service_plan_id is
'Whose fee it is, and whose policy says whether it is billed. Null: not of a fee.';

create table billing.carried_fee (
    client_plan_id bigint not null,
    fee_month date not null,
    invoice_id bigint not null,
    posting_id bigint not null,
    amount numeric(12, 2) not null,
    posted_at timestamptz not null default now(),
    primary key (client_plan_id, fee_month)
);
create index carried_fee_invoice on billing.carried_fee (invoice_id);
comment on table billing.carried_fee is
'Plan fees of months that no due date billed, which are on an invoice of a later month.';

-- Their files have other columns or parameters.
drop function if exists billing.explanation(bigint);
drop function if exists billing.sale(date, date);
drop function if exists billing.owed_part(date, date, date);
drop function if exists billing.owed_by_days(date, date, date);
drop function if exists billing.owed(date, date, date);
