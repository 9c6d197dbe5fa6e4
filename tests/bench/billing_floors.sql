-- What a bare INSERT ... SELECT fills: the very rows, worked out beforehand, into tables with the keys and constraints of
-- the real ones; and a table with one primary and one unique key.
create unlogged table bench_row as
select
    1::bigint as run_id,
    listed.client_plan_id,
    listed.service_plan_id,
    listed.client_package_id,
    listed.package_id,
    date '2026-12-10' as due_date,
    date '2026-12-01' as reference_month,
    'charge' as kind,
    listed.amount,
    listed.price_source
from billing.judged('2026-12-10') as listed
where listed.exclusion is null;
create table bench_event (like billing.event including all);
alter table bench_event add foreign key (client_package_id) references tv.client_package;
alter table bench_event add foreign key (package_id) references tv.package;
create table bench_posting (like finance.posting including all);
alter table bench_posting add foreign key (invoice_id) references finance.invoice;
alter table bench_posting add foreign key (billing_event_id) references bench_event;
create table bench_plain (like bench_row);
alter table bench_plain add id bigint generated always as identity primary key;
alter table bench_plain add unique (client_package_id, reference_month);
analyze bench_row;
