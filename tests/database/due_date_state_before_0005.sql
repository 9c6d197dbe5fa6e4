-- Out: the present state of each due date of the TV billing, to compare with the one in reports.due_date. After a run
-- is closed, only reversals are posted, and each of them has a correction.
create or replace view reports.due_date_state as
with corrected as (
    select
        correction.event_due_date as due_date,
        count(*) as corrections,
        count(credit.id) as credits
    from billing.correction
    -- Looked up one by one, because they are few among all postings.
    left join lateral (
        select posting.id
        from finance.posting
        where
            posting.event_due_date = correction.event_due_date
            and posting.id = correction.reversal_event_id
        limit 1 -- noqa: AM09
    ) as credit on true
    group by correction.event_due_date
)

select
    run.due_date,
    run.status,
    run.closed_at,
    coalesce(corrected.corrections, 0) as corrections,
    coalesce(corrected.credits, 0) as credits
from billing.run as run
left join corrected on run.due_date = corrected.due_date
where run.kind = 'tv';
