-- Trigger on billing.payout: a payout is paid or withdrawn once, and nothing else of it ever changes.
create or replace function billing.refuse_change_of_payout() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if
        old.paid_at is null and old.withdrawn_at is null
        and to_jsonb(new) - array['paid_at', 'paid_by', 'paid_on', 'paid_how', 'withdrawn_at']
        = to_jsonb(old) - array['paid_at', 'paid_by', 'paid_on', 'paid_how', 'withdrawn_at']
    then
        return new;
    end if;
    raise exception 'billing.payout is append-only: a payout is paid once' using errcode = 'restrict_violation';
end
$$;
