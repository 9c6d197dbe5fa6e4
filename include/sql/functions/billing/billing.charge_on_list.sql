-- In: for_due_date. Out: those of its live charges that may meet a row of billing.due: all but those of its own month
-- that billing.processed_in_full leaves out there. Each with whether it is pending: not processed, and the run not
-- closed. Of a closed run, postings are not read.
create or replace function billing.charge_on_list(for_due_date date)
returns table (id bigint, client_package_id bigint, reference_month date, segment smallint, pending boolean)
language sql stable parallel safe
as $$
    select
        charge.id,
        charge.client_package_id,
        charge.reference_month,
        charge.segment,
        charge.pending
    from (
        select
            event.*,
            posting.id is null as pending
        from billing.live_charge(for_due_date) as event
        left join finance.posting on posting.event_due_date = for_due_date and event.id = posting.id
        where not (select billing.is_closed(for_due_date))
        union all
        select
            event.*,
            false as pending
        from billing.live_charge(for_due_date) as event
        where (select billing.is_closed(for_due_date))
    ) as charge
    where
        charge.pending
        or charge.reference_month <> billing.month_of(for_due_date)
        or charge.days is not null
        or charge.segment <> 1
$$;
