-- Trigger on finance.posting and its partitions: checks, for the rows that a statement added, the references that no
-- foreign key declares: the invoice (for a plan fee of the same client plan, and of its month or one of the next, in
-- which an open month may be billed), the event (not voided), and the reversed posting, of which no more is given back
-- than it charged. By index lookups, as billing.require_keys, and due date by due date, so that each query reads one
-- partition. Many plan fees are compared with all invoices of their month at once, which takes half as long.
create or replace function finance.require_keys() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
set enable_nestloop = on
set plan_cache_mode = force_custom_plan
as $$
declare
    orphan record;
    excess record;
    due date;
    month date;
begin
    select
        added.id,
        'invoice_id' as key
    into orphan
    from added
    where
        added.kind <> 'plan'
        and not exists (
            select
            from finance.invoice
            where invoice.id = added.invoice_id
        )
    limit 1;
    for due in
        select distinct added.event_due_date
        from added
        where added.event_due_date is not null and orphan is null
        order by 1
    loop
        select
            added.id,
            case
                when event.id is null or event.cancelled_at is not null then 'billing_event_id'
                else 'reverses_posting_id'
            end as key
        into orphan
        from added
        left join billing.event_record as event on event.due_date = due and added.billing_event_id = event.id
        left join finance.posting as reversed on reversed.event_due_date = due and added.reverses_posting_id = reversed.id
        where
            added.event_due_date = due
            and (
                event.id is null
                or event.cancelled_at is not null
                or (reversed.id is null and added.reverses_posting_id is not null)
            )
        limit 1;
        exit when found;
        if exists (select from added where added.kind = 'reversal') then
            perform pg_advisory_xact_lock(hashtextextended('billing credits', 0));
        end if;
        select
            reversed.id,
            -sum(given.amount) as amount
        into excess
        from finance.posting as reversed
        inner join finance.posting as given on given.event_due_date = due and reversed.id = given.reverses_posting_id
        where
            reversed.event_due_date = due
            and reversed.id = any(
                array(
                    select added.reverses_posting_id from added
                    where added.event_due_date = due and added.reverses_posting_id is not null
                )
            )
        group by reversed.id, reversed.amount
        having -sum(given.amount) > reversed.amount
        limit 1;
        if found then
            raise exception 'posting %: % would be given back of it, more than it charged', excess.id, excess.amount
                using errcode = 'restrict_violation', constraint = 'posting_reverses_posting_id';
        end if;
        perform billing.note_late_change(due);
    end loop;
    if (select count(*) from added where added.kind = 'plan') > 10000 then
        -- Until this function returns.
        perform set_config('enable_nestloop', 'off', true);
    end if;
    for month in
        select distinct added.fee_month
        from added
        where added.fee_month is not null and orphan is null
        order by 1
    loop
        select
            added.id,
            'invoice_id' as key
        into orphan
        from added
        where
            added.fee_month = month
            and not exists (
                select
                from finance.invoice
                where
                    invoice.id = added.invoice_id
                    and invoice.client_plan_id = added.fee_client_plan_id
                    and invoice.due_date >= month
                    and invoice.due_date < billing.charging_until(month)
            )
        limit 1;
        exit when found;
        perform billing.note_late_fee(month);
    end loop;
    if orphan is not null then
        raise exception 'posting %: what its % points at does not exist', orphan.id, orphan.key
            using errcode = 'foreign_key_violation', constraint = 'posting_' || orphan.key || '_fkey';
    end if;
    return null;
end
$$;
