-- In: of_correction, the last correction of its event, which reversed or voided it; reason and author. Takes it back.
-- A credit of which nothing was posted or paid is void, and the corrected charge counts again. Otherwise a new
-- pending charge of the same amount is made, and the run is opened again for it. The candidate, which the correction
-- moved from the run's expectation to its exclusions, moves back. Out: the number of the new charge, or null. Under
-- the locks of the due date, of credits and of the charged months. Raises restrict_violation if there is nothing to
-- take back. As the owner, because the run may be closed.
create or replace function billing.take_back(of_correction bigint, reason text, author text)
returns bigint language plpgsql
security definer set search_path = pg_catalog, pg_temp
set enable_nestloop = on
set plan_cache_mode = force_custom_plan
as $$
declare
    correction billing.correction;
    credit billing.credit;
    charge billing.event_record;
    excluded_from bigint;
    amount_of_charge numeric(12, 2);
    made bigint;
    beside boolean;
begin
    select last.* into correction
    from billing.last_correction(of_correction) as last;
    if not found then
        raise exception 'correction %: there is nothing to take back', of_correction using errcode = 'restrict_violation';
    end if;
    select event.* into charge
    from billing.event_record as event
    where event.due_date = correction.event_due_date and event.id = correction.event_id
    for update;
    select given.* into credit
    from billing.credit as given
    where given.charge_id = charge.id and given.kind = 'reversal' and not given.voided
    for update;
    -- A part of the charge may have been given back before it was reversed.
    amount_of_charge := coalesce(-credit.amount, charge.amount);
    if
        correction.action = 'reverse'
        and not exists (select from billing.credit_posting as posted where posted.event_id = credit.event_id)
        and not exists (select from billing.payout where payout.event_id = credit.event_id and payout.paid_at is not null)
    then
        update billing.payout set withdrawn_at = now()
        where payout.event_id = credit.event_id and payout.withdrawn_at is null;
        update billing.credit as given set voided = true, rest = 0, settled_at = null
        where given.event_id = credit.event_id;
        update billing.event_record as event set cancelled_at = now(), cancel_reason = 'taken_back'
        where event.due_date = charge.due_date and event.id = credit.event_id;
        update billing.event_record as event set reversed = false
        where event.due_date = charge.due_date and event.id = charge.id;
        amount_of_charge := charge.amount;
    else
        insert into billing.event_record (
            id, run_id, client_plan_id, service_plan_id, client_package_id, package_id, due_date, reference_month, kind,
            amount, price, price_source, days, days_before, value_before, denominator, policy_id, segment
        )
        select
            (
                select max(event.id)
                from billing.event_record as event
                where event.due_date = charge.due_date
            ) + 1,
            charge.run_id, charge.client_plan_id, charge.service_plan_id, charge.client_package_id, charge.package_id,
            charge.due_date, charge.reference_month, 'charge', amount_of_charge,
            case when amount_of_charge = charge.amount then charge.price end, charge.price_source, charge.days,
            charge.days_before, charge.value_before, charge.denominator, charge.policy_id, charge.segment
        returning event_record.id into made;
        update billing.run set status = 'saved', closed_at = null
        where run.id = charge.run_id and run.status = 'closed';
    end if;
    insert into billing.correction (
        event_id, event_due_date, action, reason, author, rebill, undoes, charge_event_id
    )
    values (
        correction.event_id, correction.event_due_date, 'take_back', take_back.reason, take_back.author, true,
        correction.id, made
    );
    delete from billing.exclusion as left_out
    where
        left_out.run_id = charge.run_id
        and left_out.client_package_id = charge.client_package_id
        and left_out.reference_month = charge.reference_month
    returning left_out.service_plan_id into excluded_from;
    -- Another segment of the month that is charged is the candidate already.
    select into beside
        exists (
            select
            from billing.live_charge(charge.due_date) as other
            where
                other.client_package_id = charge.client_package_id
                and other.reference_month = charge.reference_month
                and other.id <> coalesce(made, charge.id)
        );
    if beside then
        excluded_from := charge.service_plan_id;
    elsif excluded_from is null then
        -- Old exclusions are kept as numbers.
        update billing.exclusion_sum as old set client_packages = old.client_packages - 1
        where
            old.run_id = charge.run_id
            and old.service_plan_id = charge.service_plan_id
            and old.reason = 'corrected'
            and old.client_packages > 1;
        if found then
            excluded_from := charge.service_plan_id;
        else
            delete from billing.exclusion_sum as old
            where
                old.run_id = charge.run_id
                and old.service_plan_id = charge.service_plan_id
                and old.reason = 'corrected'
            returning old.service_plan_id into excluded_from;
        end if;
    end if;
    if excluded_from is distinct from charge.service_plan_id then
        update billing.expectation as listed set candidates = listed.candidates - 1
        where listed.run_id = charge.run_id and listed.service_plan_id = excluded_from;
    end if;
    insert into billing.expectation as expected (run_id, service_plan_id, candidates, charges, amount)
    values (charge.run_id, charge.service_plan_id, 1, 1, amount_of_charge)
    on conflict (run_id, service_plan_id) do update
    set
        candidates = expected.candidates
            + case when excluded_from is distinct from charge.service_plan_id then 1 else 0 end,
        charges = expected.charges + 1,
        amount = expected.amount + excluded.amount;
    return made;
end
$$;
