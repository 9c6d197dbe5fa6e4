-- Trigger on billing.event_record: a voided event never changes again, and a processed charge only once, by its
-- reversal.
create or replace function billing.refuse_change_of_final() returns trigger language plpgsql as $$
declare
    processed boolean := exists (
        select from finance.posting where posting.event_due_date = old.due_date and posting.id = old.id
    );
begin
    if old.cancelled_at is null and not processed and not new.reversed then
        return new;
    end if;
    if
        processed and new.reversed and not old.reversed
        and to_jsonb(new) - 'reversed' = to_jsonb(old) - 'reversed'
    then
        return new;
    end if;
    raise exception '%.% is append-only: % refused', tg_table_schema, tg_table_name, tg_op
        using errcode = 'restrict_violation', hint = 'Correct a charge by a reversal, never by an edit.';
end
$$;
