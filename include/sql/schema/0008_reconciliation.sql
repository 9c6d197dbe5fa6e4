-- What the platform should serve, what it serves, and the plan that makes the two equal: one operation a row.
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

create table reconciliation.plan (
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
    check ((decided_by is null) = (decided_at is null)),
    check (status not in ('approved', 'rejected') or decided_by is not null)
);
comment on column reconciliation.plan.desired is 'Client plans that the platform should serve (not INACTIVE).';
comment on column reconciliation.plan.managed is 'Subscribers of the snapshot that are ours.';
comment on column reconciliation.plan.provisioned is 'Client plans whose subscriber uid we have recorded.';
comment on column reconciliation.plan.unmanaged is 'Subscribers of the snapshot that are not ours.';
comment on column reconciliation.plan.client_plans is 'Client plans that the plan changes.';
comment on column reconciliation.plan.removals is 'Client plans that lose a service or a device, or are blocked.';
comment on column reconciliation.plan.concerns is 'Why a person is asked before it is applied. Empty: nobody is.';
comment on column reconciliation.plan.decided_by is 'Who approved or rejected; ''guard'' if nobody had to be asked.';

create table reconciliation.operation (
    plan_id bigint not null references reconciliation.plan,
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
    primary key (plan_id, client_plan_id, number),
    check ((action in ('create', 'update', 'suspend', 'resume', 'deactivate', 'recover_pin')) = (target is null)),
    check ((status = 'planned') = (done_at is null)),
    check (status <> 'rejected' or outcome is not null)
);
comment on column reconciliation.operation.number is 'The order within the client plan.';
comment on column reconciliation.operation.target is 'The uid of the service, the MAC of the device.';
comment on column reconciliation.operation.outcome is 'Why it was rejected, or what was noticed.';

create table reconciliation.unmanaged (
    plan_id bigint not null references reconciliation.plan,
    subscriber_uid text not null,
    external_id text,
    primary key (plan_id, subscriber_uid)
);

create table reconciliation.difference (
    plan_id bigint not null references reconciliation.plan,
    client_plan_id bigint not null,
    action text not null,
    target text,
    rejected_because text
);
create index difference_plan on reconciliation.difference (plan_id);
comment on table reconciliation.difference is 'What a second snapshot still lacks after a plan was applied.';
comment on column reconciliation.difference.rejected_because is 'Null: nothing explains it.';

-- Staging: rebuilt by every run, a row a subscriber on either side, so that one join compares them.
create unlogged table staging.subscriber_snapshot (
    snapshot_id bigint not null
);
create unlogged table staging.subscriber (
    client_plan_id bigint,
    external_id text,
    uid text not null,
    first_name text not null,
    last_name text not null,
    status text not null,
    services text[] not null,
    devices jsonb not null,
    version integer not null,
    digest bigint not null generated always as (
        hash_record_extended(row(uid, first_name, last_name, status, services, devices), 0)
    ) stored
);
comment on column staging.subscriber.client_plan_id is 'Null: the external_id is none of ours.';
comment on column staging.subscriber.services is 'Uids of the live ones, in order.';
comment on column staging.subscriber.devices is 'By MAC: device_type_uid, serial, label.';

create unlogged table staging.desired_subscriber (
    client_plan_id bigint not null,
    first_name text,
    last_name text,
    status text not null,
    because text not null,
    services text[] not null,
    surplus_services text[] not null,
    devices jsonb not null,
    recorded_uid text,
    has_pin boolean not null,
    needs_attention boolean not null generated always as (
        status <> 'INACTIVE' and (recorded_uid is null or not has_pin or surplus_services <> '{}')
    ) stored,
    digest bigint not null generated always as (
        hash_record_extended(row(recorded_uid, first_name, last_name, status, services, devices), 0)
    ) stored
);
comment on column staging.desired_subscriber.digest is 'The same on both sides if all that is compared is the same.';
comment on column staging.desired_subscriber.needs_attention is 'Whatever the platform says of it.';
comment on column staging.desired_subscriber.first_name is 'Null: unknown, so the platform''s stays.';
comment on column staging.desired_subscriber.because is 'Why the status is as it is.';
comment on column staging.desired_subscriber.surplus_services is 'Sold, but a subscriber has one basic service only.';
