-- The change sets that make the platform serve what was sold, with a row for each operation, and their results.
create schema reconciliation;

create table reconciliation.snapshot (
    id bigint generated always as identity primary key,
    only_client_plan_id bigint,
    taken_at timestamptz not null default now(),
    subscribers bigint,
    hash text
);
comment on column reconciliation.snapshot.only_client_plan_id is 'The one client plan that was looked at. Null: all.';
comment on column reconciliation.snapshot.subscribers is 'Null: it was not finished.';
comment on column reconciliation.snapshot.hash is 'Of what was read, without the id of the snapshot itself.';

create table reconciliation.change_set (
    id bigint generated always as identity primary key,
    snapshot_id bigint not null references reconciliation.snapshot,
    snapshot_hash text not null,
    only_client_plan_id bigint,
    today date not null,
    status text not null default 'planned' check (
        status in ('planned', 'approved', 'rejected', 'applied', 'verified', 'superseded')
    ),
    desired bigint not null default 0,
    managed bigint not null default 0,
    provisioned bigint not null default 0,
    unmanaged bigint not null default 0,
    operations bigint not null default 0,
    client_plans bigint not null default 0,
    removals bigint not null default 0,
    concerns text[] not null default '{}',
    decided_by text,
    decided_at timestamptz,
    created_at timestamptz not null default now(),
    applied_at timestamptz,
    verified_at timestamptz,
    second_snapshot_id bigint references reconciliation.snapshot,
    check ((decided_by is null) = (decided_at is null)),
    check (status not in ('approved', 'rejected') or decided_by is not null)
);
comment on column reconciliation.change_set.desired is 'Client plans that the platform should serve (not INACTIVE).';
comment on column reconciliation.change_set.managed is 'Subscribers of the snapshot that are ours.';
comment on column reconciliation.change_set.provisioned is 'Client plans whose subscriber uid we have recorded.';
comment on column reconciliation.change_set.unmanaged is 'Subscribers of the snapshot that are not ours.';
comment on column reconciliation.change_set.client_plans is 'Client plans that the change set changes.';
comment on column reconciliation.change_set.removals is 'Client plans that lose a service or a device, or are blocked.';
comment on column reconciliation.change_set.concerns is 'Why a person is asked before it is applied. Empty: nobody is.';
comment on column reconciliation.change_set.decided_by is
'Who approved or rejected; ''guard'' if nobody had to be asked.';
comment on column reconciliation.change_set.second_snapshot_id is 'Taken when it was applied. Null: there was none.';

create table reconciliation.operation (
    change_set_id bigint not null references reconciliation.change_set,
    client_plan_id bigint not null,
    number smallint not null,
    action text not null check (
        action in (
            'create', 'update', 'suspend', 'resume', 'deactivate', 'recover_pin',
            'add_service', 'end_service', 'add_device', 'edit_device', 'remove_device'
        )
    ),
    subscriber_uid text,
    expected_version integer,
    target text,
    before jsonb,
    after jsonb,
    reason text not null,
    idempotency_key uuid not null default gen_random_uuid(),
    status text not null default 'planned' check (status in ('planned', 'applied', 'rejected', 'superseded')),
    outcome text,
    done_at timestamptz,
    primary key (change_set_id, client_plan_id, number),
    check ((action in ('create', 'update', 'suspend', 'resume', 'deactivate', 'recover_pin')) = (target is null)),
    check ((status = 'planned') = (done_at is null)),
    check (status <> 'rejected' or outcome is not null)
);
-- For the last operations of a client plan.
create index operation_client_plan on reconciliation.operation (client_plan_id, change_set_id);
comment on column reconciliation.operation.number is 'The order within the client plan.';
comment on column reconciliation.operation.target is 'The uid of the service, the MAC of the device.';
comment on column reconciliation.operation.outcome is 'Why it was rejected, or what was noticed.';

create table reconciliation.unmanaged (
    change_set_id bigint not null references reconciliation.change_set,
    subscriber_uid text not null,
    external_id text,
    primary key (change_set_id, subscriber_uid)
);

create table reconciliation.difference (
    change_set_id bigint not null references reconciliation.change_set,
    client_plan_id bigint not null,
    action text not null,
    target text,
    rejected_because text
);
create index difference_change_set on reconciliation.difference (change_set_id, client_plan_id);
comment on table reconciliation.difference is 'What a second snapshot still lacks after a change set was applied.';
comment on column reconciliation.difference.rejected_because is 'Null: nothing explains it.';

-- No foreign keys: the rows are made in bulk from rows that have these keys, so each would be checked in vain.
create table reconciliation.discrepancy (
    change_set_id bigint not null,
    kind text not null check (kind in ('sold_not_active', 'active_not_billed', 'billed_not_active')),
    client_plan_id bigint not null,
    package_id bigint not null,
    amount numeric(12, 2) not null check (amount >= 0),
    reason text not null,
    primary key (client_plan_id, package_id, kind)
);
create index discrepancy_page on reconciliation.discrepancy (kind, amount desc, client_plan_id, package_id);
comment on table reconciliation.discrepancy is
'Extras whose sale, service and charge disagree. Of the last full change set only.';
comment on column reconciliation.discrepancy.amount is 'Reais a month.';
comment on column reconciliation.discrepancy.reason is 'In Portuguese, for the screen.';

create table reconciliation.discrepancy_measured (
    change_set_id bigint primary key references reconciliation.change_set,
    seen_at timestamptz not null,
    measured_at timestamptz not null default now()
);
comment on table reconciliation.discrepancy_measured is
'One row: of which change set the discrepancies are. None: they were never measured.';
comment on column reconciliation.discrepancy_measured.seen_at is 'When the platform was looked at.';
