-- Data that is fetched or computed before it is used. Every run rebuilds it, so it is unlogged. Except for keys it has
-- no constraints, because the gates must be able to read invalid rows.
create schema staging;

-- Staging of a catalogue sync.
create unlogged table staging.channel (
    catalog_sync_id bigint not null,
    platform_uid text,
    name text,
    number integer,
    family text,
    active boolean
);
create unlogged table staging.package (
    catalog_sync_id bigint not null,
    platform_uid text,
    name text,
    service_type text,
    max_devices integer,
    active boolean
);
create unlogged table staging.package_channel (
    catalog_sync_id bigint not null,
    package_uid text,
    channel_uid text
);

-- Staging of a reconciliation: one row for each subscriber on either side, so that one join compares them.
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
