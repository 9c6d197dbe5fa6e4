-- What each role may do. Whatever the roles and PUBLIC had is taken back first, so that this file is all they have;
-- rights that somebody granted to other roles stay. What needs more than a role has goes through the owner's functions.

-- Rights on partitioned tables are those on the table that a statement names, so partitions get none.
do $$
declare
    object record;
begin
    for object in
        select relation.oid::regclass as name, case relation.relkind when 'S' then 'sequence' else 'table' end as kind
        from pg_class as relation
        where
            relation.relkind in ('r', 'p', 'v', 'm', 'S')
            and relation.relnamespace::regnamespace::text = any(array[
                'alerts', 'billing', 'finance', 'history', 'privacy', 'quality', 'reconciliation', 'reports', 'staging',
                'staging_changes', 'staging_updates', 'tv'
            ])
            and (relation.relacl is not null or not relation.relispartition)
    loop
        execute format(
            'revoke all on %s %s from public, multitv_pipeline, multitv_screens, multitv_reader',
            object.kind, object.name
        );
    end loop;
end
$$;
revoke all on schema
alerts, billing, erp, finance, history, privacy, quality, reconciliation, reports, staging, staging_changes,
staging_updates, tv
from public, multitv_pipeline, multitv_screens, multitv_reader;
revoke all on all functions in schema billing, finance, history, privacy, quality, reconciliation, reports, staging, tv
from public, multitv_pipeline, multitv_screens, multitv_reader;

grant usage on schema alerts, billing, erp, finance, history, privacy, quality, reconciliation, reports, tv
to multitv_pipeline, multitv_screens, multitv_reader;
grant usage on schema staging, staging_changes, staging_updates to multitv_pipeline;

-- All may read everything but what a sync is working on. A PIN is the reader's business not even encrypted.
do $$
declare
    relation regclass;
begin
    for relation in
        select shown.oid
        from pg_class as shown
        where
            shown.relkind in ('r', 'p', 'v', 'm')
            and (not shown.relispartition or shown.relkind = 'p')
            and shown.relnamespace::regnamespace::text = any(array[
                'alerts', 'billing', 'finance', 'history', 'privacy', 'quality', 'reconciliation', 'reports', 'tv'
            ])
    loop
        execute format('grant select on %s to multitv_pipeline, multitv_screens, multitv_reader', relation);
    end loop;
    -- An ISP's own views over its ERP are the ISP's to grant.
    for relation in
        select shown.oid
        from pg_class as shown
        where
            shown.relkind in ('r', 'p', 'v', 'm', 'f')
            and shown.relnamespace = 'erp'::regnamespace
            and pg_has_role(shown.relowner, 'usage')
    loop
        execute format('grant select on %s to multitv_pipeline, multitv_screens, multitv_reader', relation);
    end loop;
end
$$;
grant select on schema_migration, schema_digest to multitv_pipeline, multitv_screens, multitv_reader;
alter table tv.client_extra_field enable row level security;
drop policy if exists every_field on tv.client_extra_field;
create policy every_field on tv.client_extra_field to multitv_pipeline, multitv_screens using (true) with check (true);
drop policy if exists no_pin on tv.client_extra_field;
create policy no_pin on tv.client_extra_field for select to multitv_reader
using (name <> 'Auth Pin Assinante Beenius');
-- The pipeline adds no exclusion to a run that is closed.
alter table billing.exclusion enable row level security;
drop policy if exists everybody_reads on billing.exclusion;
create policy everybody_reads on billing.exclusion for select using (true);
drop policy if exists only_to_open_runs on billing.exclusion;
create policy only_to_open_runs on billing.exclusion for insert to multitv_pipeline
with check (
    run_id in (
        select run.id from billing.run
        where run.status <> 'closed'
    )
);
drop policy if exists changed on billing.exclusion;
create policy changed on billing.exclusion for update to multitv_pipeline using (true);
drop policy if exists deleted on billing.exclusion;
create policy deleted on billing.exclusion for delete to multitv_pipeline using (true);
alter table billing.exclusion_sum enable row level security;
drop policy if exists everybody_reads on billing.exclusion_sum;
create policy everybody_reads on billing.exclusion_sum for select using (true);
drop policy if exists deleted_of_open_runs on billing.exclusion_sum;
create policy deleted_of_open_runs on billing.exclusion_sum for delete to multitv_pipeline
using (
    run_id in (
        select run.id from billing.run
        where run.status <> 'closed'
    )
);

-- Functions that run as their caller can do no more than the caller; the pipeline may call those that run as the owner,
-- the screens those that are named. Nobody may call a trigger function: a trigger fires without that right, and with it
-- a role could put it on a table of its own.
do $$
declare
    routine record;
begin
    for routine in
        select
            called.oid::regprocedure as name,
            case when called.prosecdef then 'multitv_pipeline' else 'multitv_pipeline, multitv_screens, multitv_reader' end
                as callers
        from pg_proc as called
        where
            called.prorettype <> 'trigger'::regtype
            and called.pronamespace::regnamespace::text = any(array[
                'billing', 'finance', 'history', 'privacy', 'quality', 'reconciliation', 'reports', 'staging', 'tv'
            ])
    loop
        execute format('grant execute on function %s to %s', routine.name, routine.callers);
    end loop;
end
$$;
grant execute on function
billing.lock_runs(), billing.approve_preview(bigint, text, timestamptz),
billing.waive_month(bigint, bigint, date, text, text), billing.take_back_waiver(bigint, bigint, date, text, text),
billing.mark_paid_out(bigint, text, date, text)
to multitv_screens;
-- Indexes of erp.client are made of these: whoever writes it must be able to call them.
grant execute on function tv.plain(text), tv.words(text), tv.document_key(text) to public;

-- The pipeline: billing.
grant insert on
billing.run, billing.event_record, billing.exclusion, billing.expectation, billing.review, billing.preview,
billing.preview_outcome, billing.preview_change, billing.preview_line,
finance.invoice, finance.posting, finance.posting_of_plans, billing.credit, billing.carried_charge,
billing.late_change, billing.open_month, billing.excess_charge, billing.go_live, billing.carried_fee
to multitv_pipeline;
grant delete on billing.open_month, billing.excess_charge, billing.go_live to multitv_pipeline;
grant update (owed, charged, billed) on billing.open_month to multitv_pipeline;
grant update (month) on billing.go_live to multitv_pipeline;
grant update (status, closed_at, reason_code, reason, moved_away) on billing.run to multitv_pipeline;
grant update (
    client_plan_id, service_plan_id, amount, price, price_source, days, days_before, segment, value_before, denominator,
    policy_id, reversed, cancel_reason, cancelled_at
) on billing.event_record to multitv_pipeline;
grant update (client_plan_id, service_plan_id, reason) on billing.exclusion to multitv_pipeline;
grant update (candidates, charges, amount) on billing.expectation to multitv_pipeline;
grant delete on billing.exclusion, billing.expectation to multitv_pipeline;
grant delete on billing.exclusion_sum to multitv_pipeline;
grant update (decision, decided_by, decided_at) on billing.review to multitv_pipeline;
grant delete on billing.preview to multitv_pipeline;
grant usage on sequence billing.preview_id_seq, finance.posting_id_seq to multitv_pipeline;

-- The pipeline: the platform's part of the catalogue. The price is the ISP's.
grant insert on tv.channel, tv.package_channel, tv.catalog_sync, tv.catalog_change, tv.quarantine
to multitv_pipeline;
grant insert (platform_uid, name, service_type, extra, point_limit, active) on tv.package to multitv_pipeline;
grant update (name, service_type, active, changed_at) on tv.package to multitv_pipeline;
grant update (name, number, family, active, changed_at) on tv.channel to multitv_pipeline;
grant delete on tv.package_channel to multitv_pipeline;
grant update (status, merged_at, channels, packages, package_channels, quarantined) on tv.catalog_sync
to multitv_pipeline;
grant usage on sequence tv.catalog_sync_id_seq to multitv_pipeline;

-- The pipeline: the reconciliation.
grant insert, update on tv.client_extra_field to multitv_pipeline;
grant insert on
reconciliation.snapshot, reconciliation.change_set, reconciliation.operation, reconciliation.unmanaged,
reconciliation.difference, reconciliation.parked_client_plan, reconciliation.parked_subscriber,
reconciliation.stored_otherwise
to multitv_pipeline;
grant update (announced_at, taken_at, change_set_id) on reconciliation.pending_change to multitv_pipeline;
grant update (times, sent, stored, change_set_id) on reconciliation.stored_otherwise to multitv_pipeline;
grant update (subscribers, hash, complete_at, read_from) on reconciliation.snapshot to multitv_pipeline;
grant update (
    status, desired, managed, provisioned, unmanaged, operations, client_plans, removals, concerns, decided_by,
    decided_at, applied_at, verified_at, second_snapshot_id, creations, recorded, without_contract,
    ended_or_parked, asked_at, closed_at
) on reconciliation.change_set to multitv_pipeline;
grant update (subscriber_uid, status, outcome_code, outcome, done_at) on reconciliation.operation to multitv_pipeline;
grant delete on
reconciliation.unmanaged, reconciliation.difference, reconciliation.parked_client_plan,
reconciliation.parked_subscriber
to multitv_pipeline;

-- The pipeline: what it works out anew.
grant select, insert, update, delete, truncate on all tables in schema staging, staging_changes, staging_updates
to multitv_pipeline;
grant insert, update, delete on all tables in schema reports to multitv_pipeline;
grant insert, delete on quality.offender to multitv_pipeline;
do $$
begin
    -- For ANALYZE. As a text, because the linter does not know this right.
    execute 'grant maintain on all tables in schema staging, staging_changes, staging_updates to multitv_pipeline';
    execute 'grant maintain on all tables in schema reports to multitv_pipeline';
    execute 'grant maintain on reconciliation.operation to multitv_pipeline';
end
$$;

-- The pipeline: alerts.
grant insert, delete on alerts.alert, alerts.told, alerts.failure to multitv_pipeline;
grant update (parameters, client_plans, amount, seen_at, over_at) on alerts.alert to multitv_pipeline;
grant update (told_at, over_told_at) on alerts.told to multitv_pipeline;
grant update (code, link, over_at) on alerts.failure to multitv_pipeline;

-- The api-server, as whom the screens run: failures whose callback was lost.
grant insert (
    task_instance_id, dag_id, dag_name, task_id, task_name, run_id, map_index, due_date, code, link, failed_at, over_at
) on alerts.failure
to multitv_screens;
grant update (code, link, over_at) on alerts.failure to multitv_screens;

-- The screens: the offer and the contracts, each change with its audit row; who was shown a PIN.
grant insert (author, action, client_plan_id, service_plan_id, package_id, before, after) on tv.contract_change
to multitv_screens;
grant insert (client_plan_id, reason) on reconciliation.pending_change to multitv_screens;
grant insert (author, client_plan_id) on tv.pin_reveal to multitv_screens;
grant insert (client_plan_id, package_id, price, added_on) on tv.client_package to multitv_screens;
grant update (cancelled_on) on tv.client_package to multitv_screens;
grant delete on tv.client_package to multitv_screens;
grant insert (client_package_id, price, since, until) on tv.promotion to multitv_screens;
grant update (until) on tv.promotion to multitv_screens;
grant delete on tv.promotion to multitv_screens;
grant insert (client_plan_id, mac, serial, device_type, label, added_on) on tv.client_point to multitv_screens;
grant update (mac, serial, device_type, label, removed_on) on tv.client_point to multitv_screens;
grant insert, update (allows_tv, package_id) on tv.service_plan_setting to multitv_screens;
grant update (extra, price, point_limit, changed_at) on tv.package to multitv_screens;
grant insert (
    service_plan_id, proration, timing, rounding, minimum_amount, bills_suspended, adjusts, bills_open_months,
    valid_from, author
) on billing.policy
to multitv_screens;
