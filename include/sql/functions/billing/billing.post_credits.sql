-- Posts what waits of credits on the next open invoices of the client plan, from the charge's own on, or of the client
-- who was charged if the contract is another client's now (billing.waiting_credit). No invoice of known total goes
-- below zero: the rest of a credit goes on the invoice after it, or waits. One at a time, by the lock of credits. Out:
-- how many postings were made, and their sum in reais. As the owner, because locking an invoice takes a right to
-- change it.
create or replace function billing.post_credits()
returns table (events bigint, amount numeric)
language plpgsql security definer set search_path = pg_catalog, pg_temp
set enable_nestloop = on
set plan_cache_mode = force_custom_plan
as $$
declare
    due date;
begin
    if not exists (select from billing.credit where credit.rest > 0) then
        return query select 0::bigint, 0::numeric;
        return;
    end if;
    create temporary table waiting_credit on commit drop as select * from billing.waiting_credit();
    create temporary table place_of_credit on commit drop as
    select
        waiting.event_id,
        place.id as invoice_id,
        place.due_date
    from pg_temp.waiting_credit as waiting
    cross join
        lateral (
            select
                invoice.id,
                invoice.due_date
            from finance.invoice
            where
                invoice.status = 'open'
                and invoice.due_date >= waiting.due_date
                and (
                    invoice.client_plan_id = any(waiting.client_plans)
                    or (invoice.client_plan_id = waiting.client_plan_id and invoice.due_date = waiting.due_date)
                )
            -- One that is being closed at this moment is open no more.
            for share skip locked
        ) as place;
    create temporary table room on commit drop as
    select distinct
        place.invoice_id,
        place.due_date,
        false as is_read,
        cast(null as numeric) as total
    from pg_temp.place_of_credit as place;
    analyze pg_temp.waiting_credit;
    analyze pg_temp.place_of_credit;
    analyze pg_temp.room;
    create temporary table portion (
        event_id bigint not null, invoice_id bigint not null, given numeric(12, 2) not null
    ) on commit drop;
    -- In each round, each credit takes what it can of the first invoice that has room. The totals are read only of the
    -- invoices whose turn it is.
    loop
        for due in
            select distinct room.due_date
            from (
                select distinct on (waiting.event_id) place.invoice_id
                from pg_temp.waiting_credit as waiting
                inner join pg_temp.place_of_credit as place on waiting.event_id = place.event_id
                inner join pg_temp.room on place.invoice_id = room.invoice_id
                where waiting.rest > 0 and (not room.is_read or room.total is null or room.total > 0)
                order by waiting.event_id, room.due_date, room.invoice_id
            ) as next
            inner join pg_temp.room on next.invoice_id = room.invoice_id
            where not room.is_read
            order by room.due_date
        loop
            update pg_temp.room
            set is_read = true, total = case when known.total is not null then greatest(known.total, 0) end
            from finance.total_of(
                due, array(select invoice.invoice_id from pg_temp.room as invoice where invoice.due_date = due)
            ) as known
            where room.invoice_id = known.invoice_id;
        end loop;
        with place as (
            select distinct on (waiting.event_id)
                waiting.event_id,
                waiting.rest,
                room.invoice_id,
                room.is_read,
                room.total
            from pg_temp.waiting_credit as waiting
            inner join pg_temp.place_of_credit as place on waiting.event_id = place.event_id
            inner join pg_temp.room on place.invoice_id = room.invoice_id
            where waiting.rest > 0 and (not room.is_read or room.total is null or room.total > 0)
            order by waiting.event_id, room.due_date, room.invoice_id
        ),

        shared as (
            select
                place.event_id,
                place.invoice_id,
                case
                    when place.total is null then place.rest
                    else least(
                        place.rest,
                        place.total - coalesce(
                            sum(place.rest) over (
                                partition by place.invoice_id
                                order by place.event_id
                                rows between unbounded preceding and 1 preceding
                            ),
                            0
                        )
                    )
                end as given
            from place
            where place.is_read
        ),

        taken as (
            insert into pg_temp.portion (event_id, invoice_id, given)
            select
                shared.event_id,
                shared.invoice_id,
                shared.given
            from shared
            where shared.given > 0
            returning portion.event_id, portion.invoice_id, portion.given
        ),

        filled as (
            update pg_temp.room
            set total = room.total - of_invoice.given
            from (
                select
                    taken.invoice_id,
                    sum(taken.given) as given
                from taken
                group by taken.invoice_id
            ) as of_invoice
            where room.invoice_id = of_invoice.invoice_id
        )

        update pg_temp.waiting_credit as waiting
        set rest = waiting.rest - taken.given
        from taken
        where waiting.event_id = taken.event_id;
        exit when not found and not exists (
            select
            from pg_temp.waiting_credit as waiting
            inner join pg_temp.place_of_credit as place on waiting.event_id = place.event_id
            inner join pg_temp.room on place.invoice_id = room.invoice_id
            where waiting.rest > 0 and not room.is_read
        );
    end loop;
    return query
    with numbered as (
        select
            portion.invoice_id,
            portion.given,
            waiting.event_id,
            waiting.due_date,
            waiting.charge_id,
            exists (
                select
                from billing.credit_posting as before
                where before.event_id = waiting.event_id
            )
            or row_number() over (partition by waiting.event_id order by room.due_date, portion.invoice_id) > 1 as later
        from pg_temp.portion
        inner join pg_temp.waiting_credit as waiting on portion.event_id = waiting.event_id
        inner join pg_temp.room on portion.invoice_id = room.invoice_id
    ),

    payable as (
        select
            numbered.*,
            case
                when numbered.later
                    then coalesce(
                        (
                            select max(before.posting_id)
                            from billing.credit_posting as before
                            where
                                before.posting_id > billing.number_before(numbered.due_date) + 50000000
                                and before.posting_id <= billing.number_before(numbered.due_date) + 99999999
                        ),
                        billing.number_before(numbered.due_date) + 50000000
                    )
                    + row_number() over (partition by numbered.due_date, numbered.later order by numbered.event_id)
                else numbered.event_id
            end as posting_id
        from numbered
    ),

    posted as (
        insert into finance.posting (
            id, invoice_id, kind, amount, billing_event_id, event_due_date, reverses_posting_id
        )
        select
            payable.posting_id,
            payable.invoice_id,
            'reversal',
            -payable.given,
            payable.event_id,
            payable.due_date,
            payable.charge_id
        from payable
        returning posting.id, posting.billing_event_id, posting.event_due_date, posting.invoice_id, posting.amount
    ),

    kept as (
        insert into billing.credit_posting (posting_id, event_id, due_date, invoice_id, amount)
        select
            posted.id,
            posted.billing_event_id,
            posted.event_due_date,
            posted.invoice_id,
            posted.amount
        from posted
        returning credit_posting.amount
    )

    select
        count(*),
        coalesce(sum(kept.amount), 0)
    from kept;
    update billing.credit
    set rest = waiting.rest, settled_at = case when waiting.rest = 0 then now() end
    from pg_temp.waiting_credit as waiting
    where credit.event_id = waiting.event_id and credit.rest <> waiting.rest;
    drop table pg_temp.waiting_credit, pg_temp.place_of_credit, pg_temp.room, pg_temp.portion;
end
$$;
