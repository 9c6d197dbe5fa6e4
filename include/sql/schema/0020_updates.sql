-- Snapshots that are brought up to date with what changed on the platform, instead of being read anew.
alter table reconciliation.snapshot
add column complete_at timestamptz,
add column read_from timestamptz;
comment on column reconciliation.snapshot.complete_at is
'When all of it was last read, which may have been for an earlier snapshot. Null: it is not of all subscribers.';
comment on column reconciliation.snapshot.read_from is
'When reading began by the platform''s clock. Null: that is not known, so that nothing can build upon it.';

alter table staging.subscriber add column live_until timestamptz;
alter table staging_changes.subscriber add column live_until timestamptz;
comment on column staging.subscriber.live_until is 'When the first of the services ends. Null: none does.';

create schema staging_updates;
create unlogged table staging_updates.subscriber_snapshot (like staging.subscriber_snapshot including all);
create unlogged table staging_updates.subscriber (like staging.subscriber including all);
create unlogged table staging_updates.parked_subscriber (like staging.parked_subscriber including all);
