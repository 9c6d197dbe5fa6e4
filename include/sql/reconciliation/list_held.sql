-- In: change_set, ask (whether the undecided removals are too many); the temporary table removal. Creates the temporary
-- table held: the operations that are not carried out now, and whether because a person rejected them lately.
-- With a client plan that loses something all of its operations wait, and whoever waits for its devices: another client
-- plan that gives devices away in turn waits whole, or it would have none meanwhile; one that does not is served at
-- once with all but these devices.
create temporary table held on commit drop as
with recursive waiting as (
    select
        removal.client_plan_id,
        removal.decision is not null as rejected
    from removal
    where removal.decision = 'rejected' or (removal.decision is null and cast(:ask as boolean))
    union
    select
        wanted.client_plan_id,
        waiting.rejected
    from waiting
    inner join reconciliation.operation as freed
        on
            waiting.client_plan_id = freed.client_plan_id
            and freed.change_set_id = :change_set
            and freed.action = 'remove_device'
            and freed.status = 'planned'
    inner join reconciliation.operation as wanted
        on
            freed.target = wanted.target
            and wanted.change_set_id = :change_set
            and wanted.action = 'add_device'
            and wanted.status = 'planned'
    where
        exists (
            select from reconciliation.operation as given
            where
                given.change_set_id = :change_set
                and given.client_plan_id = wanted.client_plan_id
                and given.action = 'remove_device'
                and given.status = 'planned'
        )
),

client_plan as (
    select
        waiting.client_plan_id,
        bool_and(waiting.rejected) as rejected
    from waiting
    group by waiting.client_plan_id
),

device as (
    select
        freed.target as mac,
        bool_and(client_plan.rejected) as rejected
    from client_plan
    inner join reconciliation.operation as freed on client_plan.client_plan_id = freed.client_plan_id
    where freed.change_set_id = :change_set and freed.action = 'remove_device' and freed.status = 'planned'
    group by freed.target
)

select
    operation.client_plan_id,
    operation.number,
    operation.action,
    operation.target,
    coalesce(client_plan.rejected, device.rejected) as rejected
from reconciliation.operation
left join client_plan on operation.client_plan_id = client_plan.client_plan_id
left join device on operation.action = 'add_device' and operation.target = device.mac
where
    operation.change_set_id = :change_set
    and operation.status = 'planned'
    and coalesce(client_plan.rejected, device.rejected) is not null
