-- Trigger on billing.review: allows one decision of a review, and refuses every other change.
create or replace function billing.refuse_second_decision() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if old.decision is null and to_jsonb(new) - array['decision', 'decided_by', 'decided_at']
    = to_jsonb(old) - array['decision', 'decided_by', 'decided_at'] then
        return new;
    end if;
    raise exception 'billing.review is append-only: what was decided stays' using errcode = 'restrict_violation';
end
$$;
