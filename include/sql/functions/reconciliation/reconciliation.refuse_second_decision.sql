-- Trigger on reconciliation.change_set: who decided stays, what was decided on stays, and a status only moves forward.
create or replace function reconciliation.refuse_second_decision() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    progress text[] := array[
        'planned approved', 'planned rejected', 'planned verified', 'planned superseded', 'approved applied',
        'approved superseded', 'applied verified', 'applied superseded', 'verified applied'
    ];
    steps text[] := array['status', 'created_at', 'applied_at', 'verified_at', 'second_snapshot_id', 'closed_at'];
begin
    if
        (old.status = new.status or old.status || ' ' || new.status = any(progress))
        and (
            old.status = 'planned'
            and old.decided_by is null
            and (old.id, old.snapshot_id, old.snapshot_hash, old.only_client_plan_id, old.today)
            is not distinct from (new.id, new.snapshot_id, new.snapshot_hash, new.only_client_plan_id, new.today)
            or to_jsonb(old) - steps = to_jsonb(new) - steps
        )
    then
        return new;
    end if;
    raise exception 'reconciliation.change_set %: what was decided stays', old.id using errcode = 'restrict_violation';
end
$$;
