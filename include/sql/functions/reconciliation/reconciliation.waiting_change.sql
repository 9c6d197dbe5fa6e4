-- Out: the pending changes that an event-driven run has to take: those that no change set took, and those of an
-- event-driven change set that was never finished, until an hour after one first took them. Of a full one that is under
-- way, those of a person at a screen, who is not to wait for its end; the full run judges everything else anyway.
-- taken_by: the lane of the change set that took it, null if none did.
create or replace function reconciliation.waiting_change()
returns table (id bigint, client_plan_id bigint, reason text, announced_at timestamptz, taken_by text)
language sql stable
as $$
    select
        change.id,
        change.client_plan_id,
        change.reason,
        change.announced_at,
        null
    from reconciliation.pending_change as change
    where change.change_set_id is null
    union all
    select
        change.id,
        change.client_plan_id,
        change.reason,
        change.announced_at,
        taker.lane
    from reconciliation.change_set as taker
    inner join reconciliation.pending_change as change on taker.id = change.change_set_id
    where
        taker.created_at > now() - interval '1 hour'
        and change.taken_at > now() - interval '1 hour'
        and taker.status in ('planned', 'approved', 'applied', 'superseded')
        and (taker.lane = 'changes' or change.reason = 'contract')
$$;
