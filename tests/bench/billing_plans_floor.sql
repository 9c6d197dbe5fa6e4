-- What a bare INSERT ... SELECT fills with the invoices and plan fees of a due date: tables with the keys and indexes
-- of the real ones, without their constraints and triggers; and the very rows, worked out beforehand.
create table bench_invoice (like finance.invoice including indexes);
create table bench_fee (like finance.posting including indexes);
create unique index on bench_fee (fee_client_plan_id, fee_month);
create unlogged table bench_invoice_row as
select
    row_number() over () as id,
    plan.id as client_plan_id,
    date '2026-12-10' as due_date,
    text 'open' as status,
    now() as created_at,
    true as made_here
from billing.due_client_plan('2026-12-10') as plan
where plan.exclusion is null;
create unlogged table bench_fee_row as
select
    invoice.id,
    invoice.id as invoice_id,
    text 'plan' as kind,
    service_plan.monthly_price as amount,
    plan.id as fee_client_plan_id,
    date '2026-12-01' as fee_month,
    invoice.created_at
from bench_invoice_row as invoice
inner join erp.client_plan as plan on invoice.client_plan_id = plan.id
inner join erp.service_plan as service_plan on plan.service_plan_id = service_plan.id;
analyze bench_invoice_row, bench_fee_row;
-- A month that has its partition already, as after its first due date.
select finance.open_fee_month('2027-01-01');
select finance.close_fee_month('2027-01-01');
