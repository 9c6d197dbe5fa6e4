-- Trigger on billing.event_record and its partitions: refuses every change of an event that is processed, voided or
-- given back, but that a processed charge is marked as given back, or as live again once its credit is void. What was
-- begun to be posted or paid out of a credit is processed here. Checks all rows of a statement at once, due
-- date by due date, so that each query reads one partition.
create or replace function billing.refuse_change_of_final() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
set enable_nestloop = on
set plan_cache_mode = force_custom_plan
as $$
declare
    due date;
begin
    for due in select distinct before.due_date from before order by 1 loop
        if exists (
            select
            from before
            inner join after on before.id = after.id and before.due_date = after.due_date
            left join finance.posting on posting.event_due_date = due and before.id = posting.id
            where
                before.due_date = due
                and not (
                    before.cancelled_at is null
                    and not before.reversed
                    and posting.id is null
                    and not after.reversed
                    and not (
                        before.kind = 'reversal'
                        and exists (
                            select
                            from billing.credit
                            where credit.event_id = before.id and not credit.voided and credit.rest < -credit.amount
                        )
                    )
                )
                and not (
                    posting.id is not null
                    and before.reversed <> after.reversed
                    and to_jsonb(after) - 'reversed' = to_jsonb(before) - 'reversed'
                    and (
                        after.reversed
                        or not exists (
                            select
                            from billing.credit
                            where credit.charge_id = before.id and credit.kind = 'reversal' and not credit.voided
                        )
                    )
                )
        ) then
            raise exception '%.% is append-only: % refused', tg_table_schema, tg_table_name, tg_op
                using errcode = 'restrict_violation', hint = 'Correct a charge by a reversal, never by an edit.';
        end if;
        perform billing.note_late_change(due);
    end loop;
    return null;
end
$$;
