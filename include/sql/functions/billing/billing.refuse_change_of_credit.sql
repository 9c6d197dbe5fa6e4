-- Trigger on billing.credit: what is left of a credit only shrinks, and is void only while nothing of it was posted.
-- Nothing else of it ever changes.
create or replace function billing.refuse_change_of_credit() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if
        to_jsonb(new) - array['rest', 'settled_at', 'voided'] = to_jsonb(old) - array['rest', 'settled_at', 'voided']
        and not old.voided
        and (
            (not new.voided and new.rest < old.rest)
            or (
                new.voided
                and not exists (select from billing.credit_posting as posted where posted.event_id = old.event_id)
                and not exists (
                    select from billing.payout where payout.event_id = old.event_id and payout.withdrawn_at is null
                )
            )
        )
    then
        return new;
    end if;
    raise exception 'billing.credit is append-only: what was posted of it stays' using errcode = 'restrict_violation';
end
$$;
