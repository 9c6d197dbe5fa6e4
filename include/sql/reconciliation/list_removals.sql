-- In: change_set. Creates the temporary table removal: the client plans that lose something by it, each with what a
-- person decided within the last 24 hours on everything that it loses: approved, rejected (one of them), or null.
create temporary table removal on commit drop as
select
    lost.client_plan_id,
    case
        when bool_and(coalesce(decided.approved, false)) then 'approved'
        when bool_or(not decided.approved) then 'rejected'
    end as decision
from reconciliation.losing(:change_set, array['planned']) as losing
inner join reconciliation.operation as lost
    on
        losing.client_plan_id = lost.client_plan_id
        and lost.change_set_id = :change_set
        and lost.status = 'planned'
        and lost.action in ('end_service', 'suspend', 'deactivate', 'remove_device')
left join reconciliation.decided(now()) as decided
    on
        lost.client_plan_id = decided.client_plan_id
        and lost.action = decided.action
        and lost.target is not distinct from decided.target
group by lost.client_plan_id
