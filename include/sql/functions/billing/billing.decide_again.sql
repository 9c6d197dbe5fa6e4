-- In: of_correction, the last correction of its event, which reversed or voided it; reason, author, rebill. Records
-- another decision on whether the month may be charged again. As the owner of the corrections. Raises
-- restrict_violation if it is no such correction.
create or replace function billing.decide_again(of_correction bigint, reason text, author text, rebill boolean)
returns void language plpgsql
security definer set search_path = pg_catalog, pg_temp
as $$
begin
    insert into billing.correction (event_id, event_due_date, action, reason, author, rebill)
    select
        last.event_id,
        last.event_due_date,
        last.action,
        decide_again.reason,
        decide_again.author,
        decide_again.rebill
    from billing.last_correction(of_correction) as last;
    if not found then
        raise exception 'correction %: there is nothing to decide', of_correction using errcode = 'restrict_violation';
    end if;
end
$$;
