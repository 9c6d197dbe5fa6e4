-- Out: for each due date the number of its corrections and adjustments, and the number of the postings and payouts of
-- its credits. Each of them changes what was billed on a due date whose run is closed.
create or replace function billing.count_changes()
returns table (due_date date, corrections bigint, credits bigint)
language sql stable
as $$
    select
        change.due_date,
        sum(change.corrections),
        sum(change.credits)
    from (
        select
            correction.event_due_date as due_date,
            1 as corrections,
            0 as credits
        from billing.correction
        union all
        select
            adjustment.due_date,
            1,
            0
        from billing.credit as adjustment
        where adjustment.kind = 'adjustment'
        union all
        select
            posted.due_date,
            0,
            1
        from billing.credit_posting as posted
        union all
        select
            payout.due_date,
            0,
            1
        from billing.payout
    ) as change
    group by change.due_date
$$;
