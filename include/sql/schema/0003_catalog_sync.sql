-- One catalogue sync: what was fetched (staging), what was refused row by row (quarantine), what came of it.
create table tv.catalog_sync (
    id bigint generated always as identity primary key,
    status text not null check (status in ('staged', 'merged')),
    started_at timestamptz not null default now(),
    merged_at timestamptz,
    channels integer not null default 0,
    packages integer not null default 0,
    quarantined integer not null default 0,
    check ((status = 'merged') = (merged_at is not null))
);

create table tv.quarantine (
    id bigint generated always as identity primary key,
    catalog_sync_id bigint not null references tv.catalog_sync,
    entity text not null check (entity in ('channel', 'package', 'package_channel')),
    platform_uid text,
    reason text not null,
    content jsonb not null
);
create index quarantine_catalog_sync on tv.quarantine (catalog_sync_id);

-- Staging is rebuilt by every sync, so it needs no write-ahead log and, but for its keys, no constraints:
-- the gate must be able to look at what is wrong.
create schema staging;

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
