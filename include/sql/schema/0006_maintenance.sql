-- Partitions of closed due dates are merged: built beside, compared, then swapped.

-- Emptied: what changed until now cannot concern a merge, because there were none.
delete from billing.late_change;
alter table billing.late_change
alter column due_date drop not null,
add column fee_month date,
add column made_by xid8 not null default pg_current_xact_id(),
add constraint late_change_of_one check (num_nonnulls(due_date, fee_month) = 1);
create index late_change_fee_month on billing.late_change (fee_month) where fee_month is not null;
comment on table billing.late_change is
'When events or postings of a closed due date changed, or plan fees of a month with a closed standard billing.';
comment on column billing.late_change.fee_month is 'The month of the plan fees, as its first day. Null: of events.';
comment on column billing.late_change.made_by is 'The transaction, so that a merge knows whether it saw the change.';

create table billing.partition_merge (
    id bigint generated always as identity primary key,
    parent regclass not null,
    partitions regclass[] not null,
    dates date[] not null,
    closings timestamptz[] not null,
    seen pg_snapshot not null,
    built regclass not null,
    built_at timestamptz not null default now(),
    readers text[]
);
comment on table billing.partition_merge is
'The partitions that are being merged. Empty but while maintenance runs, or after it was killed.';
comment on column billing.partition_merge.dates is 'Of all the partitions: due dates, or months of plan fees.';
comment on column billing.partition_merge.closings is
'When the runs of these dates were closed: a run reopened has another.';
comment on column billing.partition_merge.seen is 'The transactions whose changes the copy has.';
comment on column billing.partition_merge.built is 'The table with the copy, which is to replace the partitions.';
comment on column billing.partition_merge.readers is
'The transactions that ran when the copy was compared: to them its rows may not exist. Null: not compared yet.';

create table billing.exclusion_sum (
    run_id bigint not null references billing.run,
    service_plan_id bigint not null,
    reason text not null references billing.exclusion_reason,
    client_packages bigint not null check (client_packages > 0),
    primary key (run_id, service_plan_id, reason)
);
comment on table billing.exclusion_sum is
'The exclusions of old runs, counted instead of kept, so that every candidate stays accounted for.';
