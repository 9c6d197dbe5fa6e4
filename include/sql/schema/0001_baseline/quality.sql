-- The rows that the named checks found, for people to repair. A check that finds nothing deletes its earlier rows.
create schema quality;

create table quality.offender (
    check_name text not null,
    due_date date,
    offender text not null,
    found_at timestamptz not null default now()
);
create index offender_check on quality.offender (check_name, due_date);
comment on column quality.offender.due_date is 'Null: of a check that concerns no due date.';
