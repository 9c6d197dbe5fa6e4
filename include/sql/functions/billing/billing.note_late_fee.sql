-- In: month, by its first day. Notes, if a standard billing of the month is closed, that its plan fees changed, so that
-- whoever is merging its partition notices.
create or replace function billing.note_late_fee(month date)
returns void language sql as $$
    insert into billing.late_change (fee_month)
    select month
    where
        exists (
            select
            from billing.run
            where
                run.kind = 'standard'
                and run.due_date >= month
                and run.due_date < cast(month + interval '1 month' as date)
                and run.status = 'closed'
        )
$$;
