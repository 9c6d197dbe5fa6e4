-- In: of_client_plan. Out: the id of the last change set that was verified with it: one of all client plans, of this
-- one, or an event-driven one that took its changes. Without a client plan: the last one of all. Null if there is none.
create or replace function reconciliation.last_verified(of_client_plan bigint)
returns bigint
language sql stable
as $$
    select change_set.id
    from reconciliation.change_set
    where
        change_set.verified_at is not null
        and change_set.split_from is null
        and (
            change_set.only_client_plan_id = of_client_plan
            or (change_set.lane = 'full' and change_set.only_client_plan_id is null)
            or (
                change_set.lane = 'changes'
                and exists (
                    select from reconciliation.pending_change as change
                    where change.client_plan_id = of_client_plan and change.change_set_id = change_set.id
                )
            )
        )
    order by change_set.id desc
    limit 1
$$;
