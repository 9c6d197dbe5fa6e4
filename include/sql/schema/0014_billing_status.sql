-- What guards events and postings now that their status is no column, and the view that shows it.

create trigger event_added after insert on billing.event_record
referencing new table as added for each statement execute function billing.require_keys();
create trigger posting_added after insert on finance.posting
referencing new table as added for each statement execute function finance.require_keys();

create function billing.require_corrected() returns trigger language plpgsql as $$
begin
    if not exists (
        select from billing.event_record as event
        where event.id = new.event_id and event.due_date = new.event_due_date
    ) then
        raise exception 'correction %: event % does not exist', new.id, new.event_id
            using errcode = 'foreign_key_violation', constraint = 'correction_event_id_fkey';
    end if;
    return new;
end
$$;
create trigger correction_of_event before insert on billing.correction
for each row execute function billing.require_corrected();

-- A voided event never changes again, a processed charge in one way only, once: it is reversed.
create function billing.refuse_change_of_final() returns trigger language plpgsql as $$
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
create trigger event_final before update on billing.event_record
for each row execute function billing.refuse_change_of_final();
create trigger event_parents_stay before update of id, due_date, run_id, client_package_id, package_id
on billing.event_record for each row when (
    (old.id, old.due_date, old.run_id, old.client_package_id, old.package_id)
    is distinct from (new.id, new.due_date, new.run_id, new.client_package_id, new.package_id)
) execute function billing.refuse_other_parents();
create trigger event_never_deleted before delete on billing.event_record
for each row execute function billing.refuse_change();
create trigger event_never_truncated before truncate on billing.event_record
for each statement execute function billing.refuse_change();

create trigger posting_immutable before update or delete on finance.posting
for each row execute function billing.refuse_change();
create trigger posting_never_truncated before truncate on finance.posting
for each statement execute function billing.refuse_change();
create trigger posting_of_plans_never_truncated before truncate on finance.posting_of_plans
for each statement execute function billing.refuse_change();

create view billing.event as
select
    record.id,
    record.run_id,
    record.client_plan_id,
    record.service_plan_id,
    record.client_package_id,
    record.package_id,
    record.due_date,
    record.reference_month,
    record.kind,
    record.amount,
    record.price_source,
    case
        when record.cancelled_at is not null then 'cancelled'
        when posting.id is not null then 'processed'
        else 'pending'
    end as status,
    record.cancel_reason,
    record.created_at,
    posting.created_at as processed_at,
    record.cancelled_at,
    record.price,
    record.days,
    record.days_before,
    record.denominator,
    record.policy_id,
    record.reversed,
    record.cancelled_at is null and not record.reversed as live
from billing.event_record as record
left join finance.posting on record.due_date = posting.event_due_date and record.id = posting.id;
comment on view billing.event is 'The events with their status: processed is what has its posting.';
comment on column billing.event.live is 'Neither voided nor given back.';

-- Of single rows by hand; what bills writes to the table behind it.
create function billing.write_event() returns trigger language plpgsql as $$
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
            days_before = new.days_before, denominator = new.denominator, policy_id = new.policy_id,
            reversed = new.reversed, cancel_reason = new.cancel_reason, cancelled_at = new.cancelled_at
        where record.id = old.id and record.due_date = old.due_date;
        return new;
    end if;
    if to_regclass('billing.event_record' || to_char(new.due_date, '_YYYY_MM_DD')) is null then
        create table billing.incoming (like billing.event_record);
        perform billing.take_in('billing.event_record', new.due_date, 'billing.incoming');
    end if;
    new.id := coalesce(new.id, (
        select coalesce(max(record.id), billing.number_before(new.due_date)) + 1
        from billing.event_record as record
        where record.due_date = new.due_date
    ));
    insert into billing.event_record (
        id, run_id, client_plan_id, service_plan_id, client_package_id, package_id, due_date, reference_month, kind,
        amount, price, price_source, days, days_before, denominator, policy_id, reversed, cancel_reason, cancelled_at
    )
    values (
        new.id, new.run_id, new.client_plan_id, new.service_plan_id, new.client_package_id, new.package_id,
        new.due_date, new.reference_month, new.kind, new.amount, new.price, new.price_source, new.days,
        new.days_before, new.denominator, new.policy_id, coalesce(new.reversed, false), new.cancel_reason,
        new.cancelled_at
    );
    return new;
end
$$;
create trigger event_written instead of insert or update or delete on billing.event
for each row execute function billing.write_event();
