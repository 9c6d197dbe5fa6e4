-- Lets steps of different due dates run side by side, and a partition hold many due dates.

alter table billing.run add column moved_away bigint not null default 0 check (moved_away >= 0);
comment on column billing.run.moved_away is
'How many of its pending events runs of other due dates voided, because a due day moved.';

-- Small and not partitioned, so that what waits for an invoice, and what an invoice has from older due dates, is found
-- without reading the partitions of all due dates.
create table billing.credit (
    event_id bigint primary key,
    due_date date not null,
    client_plan_id bigint not null,
    charge_id bigint not null unique,
    amount numeric(12, 2) not null check (amount < 0),
    invoice_id bigint,
    posted_at timestamptz,
    check ((invoice_id is null) = (posted_at is null))
);
create index credit_invoice on billing.credit (invoice_id);
comment on table billing.credit is 'The reversals, each with its invoice once it is posted.';
comment on column billing.credit.due_date is 'Of the charge that it gives back, and of its own event and posting.';

insert into billing.credit (event_id, due_date, client_plan_id, charge_id, amount, invoice_id, posted_at)
select
    event.id,
    event.due_date,
    event.client_plan_id,
    correction.event_id,
    event.amount,
    posting.invoice_id,
    posting.created_at
from billing.correction
inner join billing.event_record as event
    on correction.reversal_event_id = event.id and correction.event_due_date = event.due_date
left join finance.posting on event.due_date = posting.event_due_date and event.id = posting.id;

create table billing.late_change (
    id bigint generated always as identity primary key,
    due_date date not null,
    made_at timestamptz not null default now()
);
create index late_change_due_date on billing.late_change (due_date);
comment on table billing.late_change is 'When events or postings of a closed due date changed.';

-- What is final is checked once for a statement, because a trigger of each row would look up the posting of every row.
drop trigger if exists event_final on billing.event_record;
do $$
declare
    part regclass;
begin
    for part in select inhrelid from pg_inherits where inhparent = 'billing.event_record'::regclass loop
        execute format(
            'create trigger event_final after update on %s referencing old table as before new table as after
            for each statement execute function billing.refuse_change_of_final()', part
        );
    end loop;
end
$$;
drop view if exists reports.due_date_state;
drop function if exists billing.attach_partition(regclass, date, regclass);
drop function if exists billing.event_of(bigint);
