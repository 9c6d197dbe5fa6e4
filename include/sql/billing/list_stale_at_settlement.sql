-- In: due_date. Makes the temporary table stale, with reasons: the pending charges of the due date that are no longer
-- owed. Settling adds no charge, so it takes none from another due date. Some reasons keep a charge as it was saved
-- (billing.exclusion_reason): it only lost its price, for one. What parked client plans have pending waits.
create temporary table stale on commit drop as
select
    pending.id,
    pending.due_date,
    pending.amount,
    coalesce(uncharged.exclusion, 'not_due') as reason
from billing.pending_charge(:due_date) as pending
left join billing.uncharged(:due_date) as uncharged
    on
        pending.client_package_id = uncharged.client_package_id
        and pending.reference_month = uncharged.reference_month
        and pending.segment = uncharged.segment
where
    (
        (
            uncharged.client_package_id is null
            -- Saved in other segments than the month has by now: it stays as it was saved while any is charged.
            and (
                pending.segment = 1
                or (pending.client_package_id, pending.reference_month) not in (
                    select
                        still.client_package_id,
                        still.reference_month
                    from billing.owed_still(:due_date) as still
                )
            )
        )
        -- As an array, so that several processes can compare with it.
        or uncharged.exclusion <> all(
            array(
                select reason.code
                from billing.exclusion_reason as reason
                where reason.at_settlement = 'keep'
            )
        )
    )
    and not exists (
        select 1
        from parked
        where parked.id = pending.client_plan_id
    )
