-- A failure is known by Airflow's id of the try, so that one whose callback was lost is recorded once, however late its
-- callback comes.
alter table alerts.failure add column task_instance_id uuid;
create unique index failure_task_instance on alerts.failure (task_instance_id);
comment on column alerts.failure.task_instance_id is 'Airflow''s id of the try. Null: it was not known.';
comment on column alerts.failure.code is
'Of the error. unexpected_error: it was none of ours; task_killed: there was none; reason_lost: no callback told.';

create table alerts.watch (
    since timestamptz not null default clock_timestamp()
);
insert into alerts.watch default values;
comment on table alerts.watch is 'One row. What failed before, and no callback recorded, is not told any more.';
