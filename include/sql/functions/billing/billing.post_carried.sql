-- In: for_due_date, whose charges wait in billing.carried_charge; settled, the due date that is being settled, or null
-- if none is. Posts each of them on its client plan's next open invoice, from its own due date on. If there is none and
-- the contract is not active, so that none will come, makes one: on the due date settled or, if its invoice is taken,
-- on the next due date of the client plan. The charges of parked client plans wait. Closes the run of a due date that
-- is not being settled if nothing of it is left. Under the lock of credits; does nothing while somebody else has the
-- lock of the due date. Out: the number of postings, their sum in reais, and the number of invoices made. As the owner,
-- because locking an invoice takes a right to change it.
create or replace function billing.post_carried(for_due_date date, settled date)
returns table (events bigint, amount numeric, invoices bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp
set datestyle = 'ISO'
set enable_nestloop = on
set plan_cache_mode = force_custom_plan
as $$
declare
    of_day date := greatest(settled, for_due_date);
begin
    events := 0;
    amount := 0;
    invoices := 0;
    if not pg_try_advisory_xact_lock(hashtextextended('billing ' || for_due_date, 0)) then
        return next;
        return;
    end if;
    -- Another due date may be voiding them, because the due day moved.
    perform billing.lock_charged_months(for_due_date);
    delete from billing.carried_charge as carried
    using billing.event_record as event
    where
        carried.due_date = for_due_date
        and carried.invoice_id is null
        and event.due_date = for_due_date
        and carried.event_id = event.id
        and (
            event.cancelled_at is not null
            or exists (
                select
                from finance.posting
                where posting.event_due_date = for_due_date and posting.id = event.id
            )
        );
    create temporary table left_charge on commit drop as
    select
        event.id,
        event.client_plan_id,
        event.amount,
        contract.state,
        contract.due_day
    from billing.carried_charge as carried
    inner join billing.event_record as event on event.due_date = for_due_date and carried.event_id = event.id
    inner join
        billing.contract_on(
            of_day,
            array(
                select distinct waiting.client_plan_id
                from billing.carried_charge as waiting
                where waiting.due_date = for_due_date and waiting.invoice_id is null
            )
        ) as contract
        on carried.client_plan_id = contract.id
    where carried.due_date = for_due_date and carried.invoice_id is null and contract.state <> 'parked';
    analyze pg_temp.left_charge;
    if settled is not null then
        insert into finance.invoice (client_plan_id, due_date, made_here)
        select
            ended.client_plan_id,
            billing.free_due_date(
                ended.client_plan_id, coalesce(ended.due_day, extract(day from for_due_date)::integer), of_day
            ),
            true
        from (
            select distinct
                left_charge.client_plan_id,
                left_charge.due_day
            from pg_temp.left_charge
            where left_charge.state = 'inactive'
        ) as ended
        where
            not exists (
                select
                from finance.invoice
                where
                    invoice.client_plan_id = ended.client_plan_id
                    and invoice.due_date >= for_due_date
                    and invoice.status = 'open'
            )
        -- Somebody else, as the ERP, may be adding it.
        on conflict (client_plan_id, due_date) do nothing;
        get diagnostics invoices = row_count;
    end if;
    with payable as (
        select
            left_charge.id,
            left_charge.amount,
            place.id as invoice_id
        from pg_temp.left_charge
        cross join
            lateral (
                select invoice.id
                from finance.invoice
                where
                    invoice.client_plan_id = left_charge.client_plan_id
                    and invoice.due_date >= for_due_date
                    and invoice.status = 'open'
                order by invoice.due_date
                limit 1
                -- One that is being closed at this moment is open no more.
                for share skip locked
            ) as place
    ),

    posted as (
        insert into finance.posting (id, invoice_id, kind, amount, billing_event_id, event_due_date)
        select
            payable.id,
            payable.invoice_id,
            'tv_package',
            payable.amount,
            payable.id,
            for_due_date
        from payable
        returning posting.id, posting.invoice_id, posting.amount, posting.created_at
    ),

    kept as (
        update billing.carried_charge as carried
        set invoice_id = posted.invoice_id, amount = posted.amount, posted_at = posted.created_at
        from posted
        where carried.event_id = posted.id
        returning carried.amount
    )

    select
        count(*),
        coalesce(sum(kept.amount), 0)
    into events, amount
    from kept;
    drop table pg_temp.left_charge;
    if settled is distinct from for_due_date then
        update billing.run
        set status = 'closed', closed_at = now(), reason_code = null, reason = null
        where
            run.kind = 'tv'
            and run.due_date = for_due_date
            and run.status = 'saved'
            and not exists (
                select
                from billing.carried_charge as carried
                where carried.due_date = for_due_date and carried.invoice_id is null
            )
            and not exists (select from billing.pending_charge(for_due_date));
    end if;
    return next;
end
$$;
