-- In: run_id, due_date. Deletes the run's exclusions that are no longer on the list (not_charged); but while the due
-- date charges other segments of a month, it goes on naming that a person took one back, until it charges that again.
-- Opens a closed run again if there are any, or if others are to be added or changed.
with gone as (
    delete from billing.exclusion as exclusion
    where
        exclusion.run_id = :run_id
        and not exists (
            select 1
            from not_charged
            where
                not_charged.client_package_id = exclusion.client_package_id
                and not_charged.reference_month = exclusion.reference_month
        )
        and not (
            exclusion.reason = 'corrected'
            and exists (
                select 1
                from billing.live_charge(:due_date) as charged
                where
                    charged.client_package_id = exclusion.client_package_id
                    and charged.reference_month = exclusion.reference_month
            )
            and not exists (
                select 1
                from candidate
                where
                    candidate.client_package_id = exclusion.client_package_id
                    and candidate.reference_month = exclusion.reference_month
                    and candidate.exclusion is null
            )
        )
    returning exclusion.run_id
)

update billing.run
set status = 'saved', closed_at = null
where
    run.id = :run_id
    and run.status = 'closed'
    and (
        exists (select 1 from gone)
        or exists (
            select 1
            from billing.exclusion_sum
            where exclusion_sum.run_id = :run_id
        )
        or exists (
            select 1
            from not_charged
            left join billing.exclusion as stored
                on
                    not_charged.client_package_id = stored.client_package_id
                    and not_charged.reference_month = stored.reference_month
                    and stored.run_id = :run_id
            where
                (stored.client_plan_id, stored.service_plan_id, stored.reason)
                is distinct from (not_charged.client_plan_id, not_charged.service_plan_id, not_charged.exclusion)
        )
    )
