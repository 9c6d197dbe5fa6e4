-- In: for_due_date, after_id (or 0), size. Out: its pending charges after that event, by event, so many at most. If few
-- are pending, those that were counted last and still are; otherwise in the order of the keys of events and postings,
-- so that it reads little more than it returns.
create or replace function billing.overdue_charge(for_due_date date, after_id bigint, size integer)
returns table (id bigint, client_plan_id bigint, due_date date, amount numeric(12, 2))
language plpgsql stable
set enable_hashjoin = off
set enable_seqscan = off
set enable_sort = off
set plan_cache_mode = force_custom_plan
as $$
begin
    if exists (select from reports.overdue_charge as counted where counted.due_date = for_due_date) then
        return query
        select
            counted.event_id,
            counted.client_plan_id,
            counted.due_date,
            counted.amount
        from reports.overdue_charge as counted
        inner join billing.event_record as event on counted.event_id = event.id and event.due_date = for_due_date
        where
            counted.due_date = for_due_date
            and counted.event_id > after_id
            and event.cancelled_at is null
            and not event.reversed
            and not exists (
                select
                from finance.posting
                where posting.event_due_date = for_due_date and posting.id = counted.event_id
            )
        order by counted.event_id
        limit size;
        return;
    end if;
    return query
    select
        event.id,
        event.client_plan_id,
        event.due_date,
        event.amount
    from billing.event_record as event
    where
        event.due_date = for_due_date
        and event.id > after_id
        and event.kind = 'charge'
        and event.cancelled_at is null
        and not event.reversed
        and not exists (
            select
            from finance.posting
            where posting.event_due_date = for_due_date and posting.id > after_id and posting.id = event.id
        )
    order by event.id
    limit size;
end
$$;
