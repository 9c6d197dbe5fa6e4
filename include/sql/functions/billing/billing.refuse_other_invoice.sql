-- Trigger on billing.credit: a credit gets its invoice once, and nothing else of it ever changes.
create or replace function billing.refuse_other_invoice() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if
        old.invoice_id is null and new.invoice_id is not null
        and to_jsonb(new) - array['invoice_id', 'posted_at'] = to_jsonb(old) - array['invoice_id', 'posted_at']
    then
        return new;
    end if;
    raise exception 'billing.credit is append-only: a credit is posted once' using errcode = 'restrict_violation';
end
$$;
