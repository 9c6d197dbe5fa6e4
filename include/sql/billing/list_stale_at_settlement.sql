-- In: due_date. Makes the temporary table stale, with reasons: the pending charges of the due date that are no longer
-- owed. Settling adds no charge, so it takes none from another due date. Some reasons keep a charge as it was saved
-- (billing.exclusion_reason): it only lost its price, for one. What parked client plans have pending waits.
create temporary table stale on commit drop as
select
    pending.id,
    pending.due_date,
    pending.amount,
    coalesce(chargeable.exclusion, 'not_due') as reason
from billing.pending_charge(:due_date) as pending
left join billing.chargeable(:due_date) as chargeable
    on
        pending.client_package_id = chargeable.client_package_id
        and pending.reference_month = chargeable.reference_month
where
    (
        chargeable.client_package_id is null
        or chargeable.exclusion not in (
            select reason.code
            from billing.exclusion_reason as reason
            where reason.at_settlement = 'keep'
        )
    )
    and not exists (
        select 1
        from parked
        where parked.id = pending.client_plan_id
    )
