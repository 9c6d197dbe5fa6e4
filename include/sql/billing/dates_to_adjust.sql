-- In: due_date, months (how many to look back). Out: the due dates of the TV billing whose charges are compared with
-- what they owe when a list of the due date is saved: itself, and those of its due days in the months before. None if
-- no policy adjusts.
with recursive compared as (
    select
        cast(:due_date as date) as due_date,
        0 as months_ago
    where
        exists (
            select 1
            from billing.policy
            where policy.adjusts
        )
    union
    select
        earlier.due_date,
        compared.months_ago + 1
    from compared
    cross join lateral unnest(billing.due_dates_before(compared.due_date)) as earlier (due_date)
    where compared.months_ago < :months
)

select distinct run.due_date
from compared
inner join billing.run as run on compared.due_date = run.due_date and run.kind = 'tv'
order by run.due_date desc
