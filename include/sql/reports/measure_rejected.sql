-- Out: what the last complete reconciliation could not do because it was rejected, by action; an action without any has
-- zero, and there is no row if there was no reconciliation.
select
    action.name as action,
    count(difference.client_plan_id) as rejected
from (
    select change_set.id
    from reconciliation.change_set
    where
        change_set.verified_at is not null
        and change_set.lane = 'full'
        and change_set.only_client_plan_id is null
    order by change_set.id desc
    limit 1
) as last_full
cross join
    unnest(
        array[
            'create', 'update', 'suspend', 'resume', 'deactivate', 'recover_pin',
            'add_service', 'end_service', 'add_device', 'edit_device', 'remove_device'
        ]
    ) as action (name)
left join reconciliation.difference
    on
        last_full.id = difference.change_set_id
        and action.name = difference.action
        and difference.rejected_because is not null
group by action.name
order by action.name
