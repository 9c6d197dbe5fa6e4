-- In: due_date. Makes the temporary table stale, with reasons: the pending charges of the due date that the list
-- (candidate) no longer has, and the pending charges of other due dates for months of packages that the list charges,
-- because the due day moved; and pending differences of such months, of which the next save of their due date finds
-- what is left.
create temporary table stale on commit drop as
select
    pending.id,
    pending.due_date,
    pending.amount,
    coalesce(candidate.exclusion, 'not_due') as reason
from billing.pending_charge(:due_date) as pending
left join candidate on pending.id = candidate.event_id
where candidate.event_id is null or candidate.exclusion is not null
union all
select distinct
    moved.id,
    moved.due_date,
    moved.amount,
    case when moved.segment = 0 then 'already_billed' else 'not_due' end as reason
from candidate
inner join billing.charge_of_other_due_date(:due_date, null) as moved
    on
        candidate.client_plan_id = moved.client_plan_id
        and candidate.package_id = moved.package_id
        and candidate.reference_month = moved.reference_month
where
    candidate.exclusion is null
    and not exists (
        select 1
        from finance.posting
        where
            posting.event_due_date = moved.due_date
            and posting.event_due_date >= billing.charging_since(:due_date)
            and posting.event_due_date < billing.charging_until(:due_date)
            and posting.id = moved.id
    )
