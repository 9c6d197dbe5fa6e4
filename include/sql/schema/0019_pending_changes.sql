-- Pending changes: what has changed at a client plan and is still to reach the platform, and the change sets that are
-- made of them alone, beside those of full runs.
alter table reconciliation.snapshot
add column lane text not null default 'full' check (lane in ('full', 'changes'));
alter table reconciliation.change_set
add column lane text not null default 'full' check (lane in ('full', 'changes'));
comment on column reconciliation.snapshot.lane is 'changes: of an event-driven run, of what changed only.';
comment on column reconciliation.change_set.lane is 'changes: of an event-driven run, about what changed only.';
-- An event-driven run makes many, so none of these may be looked for row by row.
create index change_set_created_at on reconciliation.change_set (created_at);
create index change_set_decided_at on reconciliation.change_set (decided_at);
create index change_set_snapshot on reconciliation.change_set (snapshot_id);
create index change_set_second_snapshot on reconciliation.change_set (second_snapshot_id);
create index change_set_verified_full on reconciliation.change_set (id)
where verified_at is not null and lane = 'full' and only_client_plan_id is null;

create table reconciliation.pending_change (
    id bigint generated always as identity primary key,
    client_plan_id bigint not null,
    reason text not null check (reason in ('contract', 'service_plan', 'erp')),
    created_at timestamptz not null default now(),
    announced_at timestamptz,
    taken_at timestamptz,
    change_set_id bigint references reconciliation.change_set on delete cascade
);
create index pending_change_untaken on reconciliation.pending_change (id) where change_set_id is null;
create index pending_change_client_plan on reconciliation.pending_change (client_plan_id, change_set_id);
create index pending_change_change_set on reconciliation.pending_change (change_set_id) where change_set_id is not null;
comment on table reconciliation.pending_change is
'Written in the transaction of the change, taken by the change set that serves it. Rows are only added and taken.';
comment on column reconciliation.pending_change.reason is
'contract: a person changed it. service_plan: a person changed what its service plan includes. erp: the ERP did.';
comment on column reconciliation.pending_change.announced_at is
'When a run was last woken for it. Null: not yet. That says nothing of whether a run took it.';
comment on column reconciliation.pending_change.taken_at is
'When a change set first took it. An hour later it is left to the full runs.';
comment on column reconciliation.pending_change.change_set_id is 'The change set that took it. Null: it waits.';

-- Who had a MAC before may still have it on the platform.
create index client_point_former_mac on tv.client_point (mac) where removed_on is not null;

-- The staging of the event-driven runs, which never disturbs that of a full run.
create schema staging_changes;
create unlogged table staging_changes.subscriber_snapshot (like staging.subscriber_snapshot including all);
create unlogged table staging_changes.subscriber (like staging.subscriber including all);
create unlogged table staging_changes.parked_subscriber (like staging.parked_subscriber including all);
create unlogged table staging_changes.desired_subscriber (like staging.desired_subscriber including all);

-- Has other parameters now.
drop function if exists reconciliation.stated_contract(date, bigint);
drop function if exists history.record(date);
