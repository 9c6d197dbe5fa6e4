-- Who has to act is told: what is wrong now, and what of it was told where.
create schema alerts;

create table alerts.alert (
    id bigint generated always as identity primary key,
    kind text not null,
    key text not null,
    parameters jsonb not null default '{}' check (jsonb_typeof(parameters) = 'object'),
    client_plans bigint,
    amount numeric(14, 2),
    opened_at timestamptz not null default clock_timestamp(),
    seen_at timestamptz not null default clock_timestamp(),
    over_at timestamptz
);
create unique index alert_open on alerts.alert (kind, key) where over_at is null;
create index alert_over_at on alerts.alert (over_at) where over_at is not null;
comment on table alerts.alert is 'What needs, or needed, a person. One open row for each kind and key.';
comment on column alerts.alert.kind is 'A code; its Portuguese words are in plugins/multitv/alerts/messages.py.';
comment on column alerts.alert.key is 'Which of its kind: a cause, a due date, or nothing if there is but one.';
comment on column alerts.alert.parameters is 'What the words show: numbers, dates and codes, nothing of a client.';
comment on column alerts.alert.client_plans is 'How many contracts it concerns. Null: that is not known.';
comment on column alerts.alert.amount is 'How many reais it is about. Null: that is not known.';

create table alerts.told (
    alert_id bigint not null references alerts.alert on delete cascade,
    channel text not null,
    told_at timestamptz not null,
    over_told_at timestamptz,
    primary key (alert_id, channel)
);
create index told_not_over on alerts.told (channel) where over_told_at is null;
comment on table alerts.told is 'Which alerts a channel was told. Written once the message was sent.';
comment on column alerts.told.channel is 'A digest of the address with its secrets masked.';
comment on column alerts.told.told_at is 'The last time, if it was told again as a reminder.';

create table alerts.failure (
    id bigint generated always as identity primary key,
    dag_id text not null,
    dag_name text not null,
    task_id text not null,
    task_name text not null,
    run_id text not null,
    map_index integer not null,
    due_date date,
    code text not null,
    link text,
    failed_at timestamptz not null default clock_timestamp(),
    over_at timestamptz
);
create index failure_open on alerts.failure (dag_id, task_id) where over_at is null;
create index failure_over_at on alerts.failure (over_at) where over_at is not null;
comment on table alerts.failure is 'Tasks that failed and had no retry left. Over when the same task ends well.';
comment on column alerts.failure.map_index is '-1: the task is not mapped.';
comment on column alerts.failure.code is 'The code of the error; unexpected_error, or task_killed if there was none.';

create table alerts.backup (
    id bigint generated always as identity primary key,
    made_at timestamptz not null
);
comment on table alerts.backup is 'When the last verified backup was made. Empty: none was ever made from here.';
