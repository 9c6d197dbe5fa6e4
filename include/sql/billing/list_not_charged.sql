-- In: due_date. Makes the temporary table not_charged: what the list (candidate) has a reason not to charge; but not a
-- segment of a month of which it charges another one, nor one that was pending while another is processed.
create temporary table not_charged on commit drop as
select
    candidate.client_plan_id,
    candidate.client_package_id,
    candidate.service_plan_id,
    candidate.reference_month,
    candidate.exclusion
from candidate
where
    candidate.exclusion is not null
    and not (
        -- In full there is one segment.
        candidate.days is not null
        and candidate.exclusion = 'already_billed'
        and (candidate.client_package_id, candidate.reference_month) in (
            select
                charged.client_package_id,
                charged.reference_month
            from candidate as charged
            where charged.exclusion is null and charged.days is not null
        )
    )
    and not (
        candidate.event_id is not null
        and candidate.exclusion <> 'corrected'
        and (candidate.client_package_id, candidate.reference_month) in (
            select
                processed.id,
                processed.reference_month
            from billing.processed_client_package(:due_date) as processed
        )
    )
