-- One JSON document for each subscriber; columns and tables beside it hold only what is searched or must be unique.
create table if not exists setting (name text primary key, value text not null) without rowid;

create table if not exists catalogue (
    id integer primary key,
    kind text not null,
    body text not null,
    gone integer not null default 0
);

create table if not exists subscriber (
    id integer primary key autoincrement,
    external_id text,
    updated_at text not null,
    auth_pin text not null,
    body text not null
);
create index if not exists subscriber_external_id on subscriber (external_id);
create index if not exists subscriber_updated_at on subscriber (updated_at);

create table if not exists device (mac text primary key, subscriber_id integer not null) without rowid;

-- Every write that was carried out or refused, stored in the transaction of its effect, so that a repeated key is harmless.
create table if not exists operation (
    id integer primary key autoincrement,
    key text not null,
    fingerprint blob not null,
    request_id text not null,
    method text not null,
    path text not null,
    status integer not null,
    answer text not null,
    at text not null
);
create index if not exists operation_key on operation (key, id);

create table if not exists tally (name text primary key, rows integer not null) without rowid;
insert or ignore into tally values ('subscriber', 0);
create trigger if not exists subscriber_came after insert on subscriber begin
    update tally set rows = rows + 1 where name = 'subscriber';
end;
create trigger if not exists subscriber_went after delete on subscriber begin
    update tally set rows = rows - 1 where name = 'subscriber';
end;
