-- What a bare INSERT ... SELECT fills: the very rows, worked out beforehand, into tables with the keys and constraints of
-- the real ones; and a table with one primary and one unique key.
insert into billing.run (kind, due_date, status) values ('standard', '2000-01-10', 'open');
create unlogged table bench_row as
select
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
from billing.judged('2026-12-10') as listed
where listed.exclusion is null;
create table bench_event (like billing.event including all);
create trigger parents after insert on bench_event
referencing new table as added for each statement execute function billing.require_parents();
alter table bench_event set (fillfactor = 50);
create table bench_posting (like finance.posting including all);
create table bench_plain (like bench_row);
alter table bench_plain add id bigint generated always as identity primary key;
alter table bench_plain add unique (client_package_id, reference_month);
analyze bench_row;
