-- In: change_set; the temporary table step. Records what this change set sent, and the platform accepted and shows
-- otherwise, with how often it did so in a row. Repeating it for the same change set counts nothing twice.
insert into reconciliation.stored_otherwise as known (client_plan_id, action, target, sent, stored, change_set_id)
select
    step.client_plan_id,
    step.action,
    coalesce(step.target, ''),
    step.after - 'status',
    step.before - 'status',
    :change_set
from step
where
    step.action in ('update', 'edit_device')
    and exists (
        select 1
        from reconciliation.operation as done
        where
            done.change_set_id = :change_set
            and done.client_plan_id = step.client_plan_id
            and done.status = 'applied'
            and done.target is not distinct from step.target
            and done.after - 'status' = step.after - 'status'
            and (done.target is not null or done.action in ('create', 'update', 'suspend', 'resume', 'deactivate'))
    )
on conflict (client_plan_id, action, target) do update
    set
        times = case
            when (known.sent, known.stored) = (excluded.sent, excluded.stored) then known.times + 1
            else 1
        end,
        sent = excluded.sent,
        stored = excluded.stored,
        change_set_id = excluded.change_set_id
    where known.change_set_id <> excluded.change_set_id
