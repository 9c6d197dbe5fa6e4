-- What a bare INSERT ... SELECT fills: the very rows, worked out beforehand, into tables with the keys and constraints of
-- the real ones; and a table with one primary and one unique key.
insert into billing.run (kind, due_date, status) values ('standard', '2000-01-10', 'open');
create unlogged table bench_row as
select
    billing.number_before('2026-12-10') + row_number() over () as id,
    (select max(id) from billing.run) as run_id,
    listed.client_plan_id,
    listed.service_plan_id,
    listed.client_package_id,
    listed.package_id,
    date '2026-12-10' as due_date,
    date '2026-12-01' as reference_month,
    'charge' as kind,
    listed.amount,
    listed.price,
    listed.price_source,
    listed.policy_id
from billing.due('2026-12-10') as listed
where listed.exclusion is null;
create table bench_event (like billing.event_record including all);
alter table bench_event add status text not null default 'pending', add processed_at timestamptz;
create trigger added after insert on bench_event
referencing new table as added for each statement execute function billing.require_keys();
create table bench_posting (like finance.posting including all);
create table bench_plain (like bench_row);
alter table bench_plain add primary key (id);
alter table bench_plain add unique (client_package_id, reference_month);
analyze bench_row;
