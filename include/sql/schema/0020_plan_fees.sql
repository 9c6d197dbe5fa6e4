-- A client plan pays one plan fee a month. Its posting says whose it is and of which month, so that a key can hold
-- that, and lies in a partition a month, which the first standard billing of the month makes.

do $$
declare
    twice text;
begin
    select string_agg(
        format('client plan %s, %s: invoices %s', paid.client_plan_id, to_char(paid.month, 'YYYY-MM'), paid.invoices),
        '; '
    )
    into twice
    from (
        select
            invoice.client_plan_id,
            date_trunc('month', invoice.due_date::timestamp) as month,
            string_agg(invoice.id::text, ' and ' order by invoice.due_date) as invoices
        from finance.posting
        inner join finance.invoice as invoice on posting.invoice_id = invoice.id
        where posting.kind = 'plan'
        group by 1, 2
        having count(*) > 1
        limit 20
    ) as paid;
    if twice is not null then
        raise exception 'plan fees were posted twice for a month: %', twice
            using hint = 'Give the second fee back to the client, delete its row from finance.posting (with the trigger '
                'posting_immutable disabled), and migrate again. Nothing was changed.';
    end if;
    execute 'alter table finance.posting detach partition finance.posting_of_plans';
end
$$;

alter table finance.posting_of_plans rename to posting_of_plans_unpartitioned;
drop trigger posting_of_plans_never_truncated on finance.posting_of_plans_unpartitioned;
drop index finance.posting_key;
drop index finance.posting_reverses_posting_id_key;
-- An invoice is of one client plan and one month.
drop index finance.posting_one_plan_an_invoice;

alter table finance.posting
add column fee_client_plan_id bigint,
add column fee_month date,
add constraint posting_fee check (
    (kind = 'plan') = (fee_month is not null)
    and (kind = 'plan') = (fee_client_plan_id is not null)
    and extract(day from fee_month) = 1
);
comment on column finance.posting.fee_client_plan_id is 'Whose plan fee it is. Null: of an event.';
comment on column finance.posting.fee_month is 'The month that a plan fee is for, as its first day. Null: of an event.';

create table finance.posting_of_plans partition of finance.posting
for values in (null) partition by list (fee_month);
create unique index posting_key on finance.posting (id, event_due_date, fee_month) nulls not distinct;
create unique index posting_reverses_posting_id_key
on finance.posting (reverses_posting_id, event_due_date, fee_month) nulls not distinct
where reverses_posting_id is not null;
create unique index posting_one_fee_a_month on finance.posting_of_plans (fee_client_plan_id, fee_month);

create trigger posting_of_plans_added after insert on finance.posting_of_plans
referencing new table as added for each statement execute function finance.require_keys();
create trigger posting_of_plans_never_truncated before truncate on finance.posting_of_plans
for each statement execute function billing.refuse_change();

-- Makes the partition of a month's plan fees unless it is there. One at a time, by the lock of the month. Attached and
-- not created in place: that would stop whoever reads postings.
create function finance.open_fee_month(month date)
returns void language plpgsql as $$
declare
    partition_name text := 'posting_of_plans' || to_char(month, '_YYYY_MM');
begin
    if to_regclass('finance.' || partition_name) is not null then
        return;
    end if;
    execute format(
        'create table finance.%1$I (like finance.posting including defaults including constraints);
        create trigger never_truncated before truncate on finance.%1$I
        for each statement execute function billing.refuse_change();
        alter table finance.posting_of_plans attach partition finance.%1$I for values in (%2$L)',
        partition_name, month
    );
end
$$;

-- Each active client plan that is due and whose fee of the month is on an invoice of another due date, with that
-- invoice: its due day moved. It is not posted again.
create function finance.fee_posted_before(for_due_date date)
returns table (client_plan_id bigint, fee_month date, amount numeric(12, 2), invoice_id bigint, due_date date)
language sql stable parallel safe
as $$
    select
        posting.fee_client_plan_id,
        posting.fee_month,
        posting.amount,
        invoice.id,
        invoice.due_date
    from billing.due_client_plan(for_due_date) as plan
    inner join finance.posting_of_plans as posting
        on
            plan.id = posting.fee_client_plan_id
            and posting.fee_month = cast(date_trunc('month', cast(for_due_date as timestamp)) as date)
    inner join finance.invoice as invoice on posting.invoice_id = invoice.id
    where plan.exclusion is null and invoice.due_date <> for_due_date
$$;

create or replace function finance.require_keys() returns trigger language plpgsql set enable_nestloop = on as $$
declare
    orphan record;
begin
    with missing as (
        select
            added.id,
            'invoice_id' as key
        from added
        where
            not exists (
                select
                from finance.invoice
                where
                    invoice.id = added.invoice_id
                    and (
                        added.kind <> 'plan'
                        or (
                            invoice.client_plan_id = added.fee_client_plan_id
                            and date_trunc('month', invoice.due_date::timestamp) = added.fee_month
                        )
                    )
            )
        union all
        select
            added.id,
            'billing_event_id' as key
        from added
        where
            added.billing_event_id is not null
            and not exists (
                select
                from billing.event_record as event
                where
                    event.id = added.billing_event_id
                    and event.due_date = added.event_due_date
                    and event.cancelled_at is null
            )
        union all
        select
            added.id,
            'reverses_posting_id' as key
        from added
        where
            added.reverses_posting_id is not null
            and not exists (
                select
                from finance.posting
                where posting.id = added.reverses_posting_id and posting.event_due_date = added.event_due_date
            )
    )

    select
        missing.id,
        missing.key
    into orphan
    from missing
    limit 1;
    if found then
        raise exception 'posting %: what its % points at does not exist', orphan.id, orphan.key
            using errcode = 'foreign_key_violation', constraint = 'posting_' || orphan.key || '_fkey';
    end if;
    return null;
end
$$;

select finance.open_fee_month(months.month)
from (
    select distinct date_trunc('month', invoice.due_date::timestamp)::date as month
    from finance.posting_of_plans_unpartitioned as posting
    inner join finance.invoice as invoice on posting.invoice_id = invoice.id
) as months;
insert into finance.posting_of_plans (id, invoice_id, kind, amount, created_at, fee_client_plan_id, fee_month)
select
    posting.id,
    posting.invoice_id,
    posting.kind,
    posting.amount,
    posting.created_at,
    invoice.client_plan_id,
    date_trunc('month', invoice.due_date::timestamp)::date
from finance.posting_of_plans_unpartitioned as posting
inner join finance.invoice as invoice on posting.invoice_id = invoice.id;
drop table finance.posting_of_plans_unpartitioned;
