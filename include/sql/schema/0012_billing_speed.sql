-- The same guarantees for less work: foreign keys are checked once a statement and not once a row, settling an event
-- touches no index, and no invoice is written to be held.

drop index billing.event_run;
-- The events of a run lie together, as they were saved.
create index event_run on billing.event using brin (run_id);
-- And those of a month: what is asked of one month reads that month, whatever the years before it weigh.
create index event_month on billing.event using brin (due_date, reference_month);
create index invoice_due_date on finance.invoice using brin (due_date);
-- Room for one more version of each row on its page: with it, settling is a heap-only update.
alter table billing.event set (fillfactor = 50);

-- The keys stay declared. A trigger enforces them for a whole statement at once.
alter table billing.event
drop constraint event_run_id_fkey,
drop constraint event_client_package_id_fkey,
drop constraint event_package_id_fkey,
drop constraint event_policy_id_fkey,
add constraint event_run_id_fkey foreign key (run_id) references billing.run not enforced,
add constraint event_client_package_id_fkey foreign key (client_package_id) references tv.client_package not enforced,
add constraint event_package_id_fkey foreign key (package_id) references tv.package not enforced,
add constraint event_policy_id_fkey foreign key (policy_id) references billing.policy not enforced;

alter table finance.posting
drop constraint posting_invoice_id_fkey,
drop constraint posting_billing_event_id_fkey,
drop constraint posting_reverses_posting_id_fkey,
drop constraint posting_billing_event_id_key,
drop constraint posting_reverses_posting_id_key,
add constraint posting_invoice_id_fkey foreign key (invoice_id) references finance.invoice not enforced,
add constraint posting_billing_event_id_fkey foreign key (billing_event_id) references billing.event not enforced,
add constraint posting_reverses_posting_id_fkey
foreign key (reverses_posting_id) references finance.posting not enforced;

-- Most postings have the one and not the other: an index of those that have.
create unique index posting_billing_event_id_key on finance.posting (billing_event_id)
where billing_event_id is not null;
create unique index posting_reverses_posting_id_key on finance.posting (reverses_posting_id)
where reverses_posting_id is not null;

-- Whatever the transaction says of joins: a few rows are looked up by their keys, and not among all of history.
create function billing.require_parents() returns trigger language plpgsql set enable_nestloop = on as $$
declare
    missing record;
begin
    select
        added.id,
        case
            when run.id is null then 'run_id'
            when sold.id is null then 'client_package_id'
            when package.id is null then 'package_id'
            else 'policy_id'
        end as key
    into missing
    from added
    left join billing.run on added.run_id = run.id
    left join tv.client_package as sold on added.client_package_id = sold.id
    left join tv.package on added.package_id = package.id
    left join billing.policy on added.policy_id = policy.id
    where
        run.id is null
        or sold.id is null
        or package.id is null
        or (policy.id is null and added.policy_id is not null)
    limit 1;
    if found then
        raise exception 'event %: what its % points at does not exist', missing.id, missing.key
            using errcode = 'foreign_key_violation', constraint = 'event_' || missing.key || '_fkey';
    end if;
    return null;
end
$$;
create trigger event_parents_of_added after insert on billing.event
referencing new table as added for each statement execute function billing.require_parents();
-- These columns never change otherwise: what they point at, and what points at them, was checked when it was added.
create function billing.refuse_other_parents() returns trigger language plpgsql as $$
begin
    raise exception '%.%: what a row belongs to never changes', tg_table_schema, tg_table_name
        using errcode = 'restrict_violation';
end
$$;
create trigger event_parents_stay before update of id, run_id, client_package_id, package_id on billing.event
for each row when (
    (old.id, old.run_id, old.client_package_id, old.package_id)
    is distinct from (new.id, new.run_id, new.client_package_id, new.package_id)
) execute function billing.refuse_other_parents();

create function finance.require_parents() returns trigger language plpgsql set enable_nestloop = on as $$
declare
    missing record;
begin
    with orphan as (
        select
            added.id,
            'invoice_id' as key
        from added
        where not exists (select from finance.invoice where invoice.id = added.invoice_id)
        union all
        select
            added.id,
            'billing_event_id' as key
        from added
        where
            added.billing_event_id is not null
            and not exists (select from billing.event as event where event.id = added.billing_event_id)
        union all
        select
            added.id,
            'reverses_posting_id' as key
        from added
        where
            added.reverses_posting_id is not null
            and not exists (select from finance.posting where posting.id = added.reverses_posting_id)
    )

    select
        orphan.id,
        orphan.key
    into missing
    from orphan
    limit 1;
    if found then
        raise exception 'posting %: what its % points at does not exist', missing.id, missing.key
            using errcode = 'foreign_key_violation', constraint = 'posting_' || missing.key || '_fkey';
    end if;
    return null;
end
$$;
create trigger posting_parents_of_added after insert on finance.posting
referencing new table as added for each statement execute function finance.require_parents();

-- The other side of these keys: what is pointed at is not deleted. Events, postings and policies never are.
create function billing.refuse_billed() returns trigger language plpgsql as $$
begin
    -- As every saving transaction writes its run before it lists anything, none of them is under way from here on.
    lock table billing.run in share mode;
    if exists (select from billing.event as event where event.client_package_id = old.id) then
        raise exception 'client package % was billed', old.id
            using errcode = 'foreign_key_violation', constraint = 'event_client_package_id_fkey';
    end if;
    return old;
end
$$;
create trigger client_package_billed before delete on tv.client_package
for each row execute function billing.refuse_billed();

create trigger run_never_deleted before delete on billing.run
for each row execute function billing.refuse_change();
create trigger package_never_deleted before delete on tv.package
for each row execute function billing.refuse_change();
create trigger run_never_truncated before truncate on billing.run
for each statement execute function billing.refuse_change();

-- Whoever closes, pays or deletes an invoice waits for the billing of its month, and the billing for them: so what was
-- open when it was looked at is open when it is posted on.
create function finance.wait_for_billing() returns trigger language plpgsql as $$
declare
    month text;
begin
    for month in select distinct to_char(changed.due_date, 'YYYY-MM') from changed order by 1 loop
        perform pg_advisory_xact_lock(hashtextextended('billing ' || month, 0));
    end loop;
    if tg_op = 'DELETE' then
        if exists (select from changed inner join finance.posting on changed.id = posting.invoice_id) then
            raise exception 'an invoice with postings is never deleted'
                using errcode = 'foreign_key_violation', constraint = 'posting_invoice_id_fkey';
        end if;
    end if;
    return null;
end
$$;
create trigger invoice_changed after update on finance.invoice
referencing old table as changed for each statement execute function finance.wait_for_billing();
create trigger invoice_deleted after delete on finance.invoice
referencing old table as changed for each statement execute function finance.wait_for_billing();
