-- In: due_date. Makes the temporary table stale, with reasons: the pending charges of the due date that the list
-- (candidate) no longer has, and the pending charges of other due dates that the list has now, because the due day
-- moved: of the same client package, or of another sale of the package unless both are charged by their days.
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
    'not_due' as reason
from candidate
inner join billing.charge_of_other_due_date(:due_date, null) as moved
    on
        candidate.client_plan_id = moved.client_plan_id
        and candidate.package_id = moved.package_id
        and candidate.reference_month = moved.reference_month
where
    candidate.exclusion is null
    -- A difference comes on top of what others charge.
    and candidate.segment > 0
    and moved.segment > 0
    and (
        candidate.client_package_id = moved.client_package_id
        or candidate.days is null
        or moved.days is null
    )
    and not exists (
        select 1
        from finance.posting
        where
            posting.event_due_date = moved.due_date
            and posting.event_due_date >= billing.charging_since(:due_date)
            and posting.event_due_date < billing.charging_until(:due_date)
            and posting.id = moved.id
    )
