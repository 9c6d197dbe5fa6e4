-- Subscribers that cannot be read, or that two witnesses claim, are parked; what a platform keeps in a form of its own
-- is told once.
alter table staging.subscriber alter column version type bigint, alter column version drop not null;
comment on column staging.subscriber.version is 'Null: the platform gave none that can be sent back.';
alter table reconciliation.operation alter column expected_version type bigint;

create unlogged table staging.parked_subscriber (
    client_plan_id bigint,
    external_id text,
    uid text,
    reasons jsonb not null,
    macs text[] not null
);
comment on table staging.parked_subscriber is 'Subscribers of the snapshot that are not to be touched.';
comment on column staging.parked_subscriber.client_plan_id is 'By its external_id. Null: none of ours.';
comment on column staging.parked_subscriber.macs is 'Of its devices, as far as they can be read.';

-- No foreign key, because each newer change set deletes it, and change sets are deleted by age.
create table reconciliation.parked_subscriber (
    id bigint generated always as identity primary key,
    change_set_id bigint not null,
    client_plan_id bigint,
    subscriber_uid text,
    external_id text,
    reasons jsonb not null
);
create index parked_subscriber_change_set on reconciliation.parked_subscriber (change_set_id, id);
comment on table reconciliation.parked_subscriber is
'Subscribers that a change set leaves alone until a person has looked. Of the last change sets only.';
comment on column reconciliation.parked_subscriber.client_plan_id is
'The client plan that waits with it. Null: none of ours.';
comment on column reconciliation.parked_subscriber.reasons is
'Everything that is wrong with it: codes with their parameters.';

create table reconciliation.stored_otherwise (
    client_plan_id bigint not null,
    action text not null check (action in ('update', 'edit_device')),
    target text not null,
    sent jsonb not null,
    stored jsonb not null,
    times integer not null default 1,
    change_set_id bigint not null,
    primary key (client_plan_id, action, target)
);
comment on table reconciliation.stored_otherwise is
'What the platform accepted and shows otherwise. What it did twice is told, and not sent again while both stay as they '
'are.';
comment on column reconciliation.stored_otherwise.target is 'The MAC of the device; empty for a subscriber.';
comment on column reconciliation.stored_otherwise.change_set_id is 'The last one that sent it.';
