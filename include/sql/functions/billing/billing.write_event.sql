-- Trigger on the view billing.event, through which people write single rows; billing itself writes to the table behind
-- it. Numbers a new event. An event becomes processed only by its posting.
create or replace function billing.write_event() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'billing.event is append-only: DELETE refused'
            using errcode = 'restrict_violation', hint = 'Correct a charge by a reversal, never by an edit.';
    end if;
    if coalesce(new.status, 'pending') <> (case tg_op when 'UPDATE' then old.status else 'pending' end) then
        if new.status <> 'cancelled' then
            raise exception 'an event becomes % by its posting alone', new.status using errcode = 'check_violation';
        end if;
        new.cancelled_at := coalesce(new.cancelled_at, now());
    end if;
    if tg_op = 'UPDATE' then
        update billing.event_record as record
        set
            id = new.id, run_id = new.run_id, client_plan_id = new.client_plan_id,
            service_plan_id = new.service_plan_id, client_package_id = new.client_package_id,
            package_id = new.package_id, due_date = new.due_date, reference_month = new.reference_month,
            kind = new.kind, amount = new.amount, price = new.price, price_source = new.price_source, days = new.days,
            days_before = new.days_before, segment = new.segment, value_before = new.value_before, denominator = new.denominator, policy_id = new.policy_id,
            reversed = new.reversed, cancel_reason = new.cancel_reason, cancelled_at = new.cancelled_at
        where record.id = old.id and record.due_date = old.due_date;
        return new;
    end if;
    if billing.partition_of('billing.event_record', new.due_date) is null then
        perform billing.create_incoming('billing.event_record', new.due_date);
        perform billing.attach_incoming('billing.event_record', new.due_date);
    end if;
    new.id := coalesce(new.id, (
        select coalesce(max(record.id), billing.number_before(new.due_date)) + 1
        from billing.event_record as record
        where record.due_date = new.due_date
    ));
    insert into billing.event_record (
        id, run_id, client_plan_id, service_plan_id, client_package_id, package_id, due_date, reference_month, kind,
        amount, price, price_source, days, days_before, segment, value_before, denominator, policy_id, reversed,
        cancel_reason, cancelled_at
    )
    values (
        new.id, new.run_id, new.client_plan_id, new.service_plan_id, new.client_package_id, new.package_id,
        new.due_date, new.reference_month, new.kind, new.amount, new.price, new.price_source, new.days,
        new.days_before, coalesce(new.segment, 1), new.value_before, new.denominator, new.policy_id, coalesce(new.reversed, false), new.cancel_reason,
        new.cancelled_at
    );
    return new;
end
$$;
