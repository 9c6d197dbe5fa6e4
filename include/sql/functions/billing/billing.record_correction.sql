-- In: of_event and its due date; action, reason, author and rebill of the correction; reversal, the number of the
-- reversal, or null. Records the correction of an event that was voided or reversed for it, and moves the event from
-- its run's expectation to the run's exclusions, so that the candidate stays accounted for. As the owner, because the
-- run may be closed.
create or replace function billing.record_correction(
    of_event bigint, of_due_date date, action text, reason text, author text, rebill boolean, reversal bigint
)
returns void language plpgsql
security definer set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    corrected billing.event_record;
begin
    select event.* into corrected
    from billing.event_record as event
    where
        event.id = of_event
        and event.due_date = of_due_date
        and event.kind = 'charge'
        and case record_correction.action
            when 'void' then event.cancel_reason = 'corrected' and reversal is null
            else
                event.reversed
                and exists (
                    select from billing.event_record as credit
                    where
                        credit.id = reversal
                        and credit.due_date = of_due_date
                        and credit.kind = 'reversal'
                        and credit.client_package_id = event.client_package_id
                        -- Less, if a part of the charge was given back before.
                        and credit.amount between -event.amount and 0
                )
        end;
    if corrected.id is null then
        raise exception 'event %: nothing of it was corrected', of_event using errcode = 'restrict_violation';
    end if;
    if exists (select from billing.later_difference(of_event, of_due_date)) then
        raise exception 'event %: a live difference builds on it', of_event using errcode = 'restrict_violation';
    end if;
    insert into billing.correction (event_id, event_due_date, action, reason, author, rebill, reversal_event_id)
    values (
        of_event, of_due_date, record_correction.action, record_correction.reason, record_correction.author,
        record_correction.rebill, reversal
    );
    insert into billing.exclusion (
        run_id, client_plan_id, client_package_id, service_plan_id, reference_month, reason
    )
    values (
        corrected.run_id, corrected.client_plan_id, corrected.client_package_id, corrected.service_plan_id,
        corrected.reference_month, 'corrected'
    )
    -- Another segment of the month was corrected before.
    on conflict (run_id, client_package_id, reference_month) do update set reason = excluded.reason;
    update billing.expectation as expected
    set charges = expected.charges - 1, amount = expected.amount - corrected.amount
    where expected.run_id = corrected.run_id and expected.service_plan_id = corrected.service_plan_id;
end
$$;
