-- In: due_date. Makes the temporary table stale, with reasons: the pending charges of the due date that are no longer
-- owed. Settling adds no charge, so it takes none from another due date. Some reasons keep a charge as it was saved
-- (billing.exclusion_reason): it only lost its price, for one.
create temporary table stale on commit drop as
with repeated as not materialized (
    select plan.id
    from billing.repeated_client_plan(:due_date) as plan
)

select distinct
    pending.id,
    pending.due_date,
    pending.amount,
    case
        when repeated.id is not null then 'listed_twice'
        else coalesce(chargeable.exclusion, 'not_due')
    end as reason
from billing.pending_charge(:due_date) as pending
left join billing.chargeable(:due_date) as chargeable
    on
        pending.client_package_id = chargeable.client_package_id
        and pending.reference_month = chargeable.reference_month
left join repeated on pending.client_plan_id = repeated.id
where
    chargeable.client_package_id is null
    or chargeable.exclusion not in (
        select reason.code
        from billing.exclusion_reason as reason
        where reason.at_settlement = 'keep'
    )
    or repeated.id is not null
