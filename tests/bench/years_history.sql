-- What the steps would have left of 421 due dates: those of seven due days from December 2021 to November 2026, and
-- December 1, 2026. All are settled; two charges of each were taken back.
create temporary table due as
select
    cast(month as date) + day - 1 as due_date,
    day,
    to_char(cast(month as date) + day - 1, '_YYYY_MM_DD') as part
from generate_series(timestamp '2021-12-01', '2026-12-01', '1 month') as month
cross join unnest(array[1, 5, 10, 15, 20, 25, 28]) as day
where cast(month as date) + day - 1 <= '2026-12-01';

insert into billing.run (kind, due_date, status, created_at, closed_at)
select kind, due.due_date, 'closed', due.due_date - interval '5 days', due.due_date - interval '4 days'
from due
cross join unnest(array['tv', 'standard']) as kind
order by due.due_date;

insert into finance.invoice (client_plan_id, due_date, status, created_at)
select plan.id, due.due_date, 'paid', due.due_date - interval '4 days'
from due
inner join erp.client_plan as plan on due.day = plan.due_day
order by due.due_date, plan.id;

create unlogged table bench_event as
select
    billing.number_before(due.due_date)
    + row_number() over (partition by due.due_date order by sold.id) as id,
    run.id as run_id,
    sold.client_plan_id,
    plan.service_plan_id,
    sold.id as client_package_id,
    sold.package_id,
    due.due_date,
    cast(date_trunc('month', cast(due.due_date as timestamp)) as date) as reference_month,
    'charge' as kind,
    package.price as amount,
    package.price,
    row_number() over (partition by due.due_date order by sold.id) <= 2 as reversed,
    due.due_date - interval '5 days' as created_at,
    invoice.id as invoice_id,
    due.part
from due
inner join billing.run as run on due.due_date = run.due_date and run.kind = 'tv'
inner join erp.client_plan as plan on due.day = plan.due_day
inner join tv.client_package as sold on plan.id = sold.client_plan_id and sold.price is null
inner join tv.package as package on sold.package_id = package.id
inner join finance.invoice as invoice on plan.id = invoice.client_plan_id and due.due_date = invoice.due_date;
insert into bench_event
select
    id + {charges}, run_id, client_plan_id, service_plan_id, client_package_id, package_id, due_date, reference_month,
    'reversal', -amount, price, false, created_at + interval '1 day', invoice_id, part
from bench_event
where reversed;

create index on bench_event (part);
analyze bench_event;

insert into billing.exclusion (run_id, client_plan_id, client_package_id, service_plan_id, reference_month, reason)
select run.id, plan.id, sold.id, plan.service_plan_id, date_trunc('month', due.due_date), 'free'
from due
inner join billing.run as run on due.due_date = run.due_date and run.kind = 'tv'
inner join erp.client_plan as plan on due.day = plan.due_day
inner join tv.client_package as sold on plan.id = sold.client_plan_id and sold.price = 0
union all
select run_id, client_plan_id, client_package_id, service_plan_id, reference_month, 'corrected'
from bench_event
where reversed;
insert into billing.expectation (run_id, service_plan_id, candidates, charges, amount)
select
    event.run_id, event.service_plan_id, count(*) + coalesce(min(free.packages), 0), count(*) filter (where not reversed),
    sum(event.amount) filter (where not reversed)
from bench_event as event
left join (
    select run_id, service_plan_id, count(*) as packages from billing.exclusion where reason = 'free' group by 1, 2
) as free on event.run_id = free.run_id and event.service_plan_id = free.service_plan_id
where event.kind = 'charge'
group by event.run_id, event.service_plan_id;

do $$
declare
    part record;
    target text;
begin
    for part in select due.part as name, array_agg(due_date order by due_date) as dates from due group by 1 loop
        target := 'billing.event_record' || part.name;
        execute format('create table %%s (like billing.event_record including defaults)', target);
        execute format(
            'insert into %%s (
                id, run_id, client_plan_id, service_plan_id, client_package_id, package_id, due_date, reference_month,
                kind, amount, price, price_source, policy_id, reversed, created_at
            )
            select
                id, run_id, client_plan_id, service_plan_id, client_package_id, package_id, due_date, reference_month,
                kind, amount, price, ''package'', 1, reversed, created_at
            from bench_event where part = %%L order by id', target, part.name
        );
        perform billing.prepare_partition('billing.event_record', target, part.dates);
        execute format('alter table billing.event_record attach partition %%s for values in (%%s)', target, (
            select string_agg(quote_literal(day), ', ') from unnest(part.dates) as day
        ));
        target := 'finance.posting' || part.name;
        execute format('create table %%s (like finance.posting including defaults)', target);
        execute format(
            'insert into %%s (
                id, invoice_id, kind, amount, billing_event_id, event_due_date, reverses_posting_id, created_at
            )
            select
                id, invoice_id, case kind when ''charge'' then ''tv_package'' else kind end, amount, id, due_date,
                case kind when ''reversal'' then id - {charges} end, created_at
            from bench_event where part = %%L order by id', target, part.name
        );
        perform billing.prepare_partition('finance.posting', target, part.dates);
        execute format('alter table finance.posting attach partition %%s for values in (%%s)', target, (
            select string_agg(quote_literal(day), ', ') from unnest(part.dates) as day
        ));
    end loop;
    for part in
        select left(due.part, 8) as name, array_agg(distinct cast(date_trunc('month', cast(due_date as timestamp)) as date)) as dates
        from due
        group by 1
    loop
        target := 'finance.posting_of_plans' || part.name;
        execute format('create table %%s (like finance.posting including defaults)', target);
        execute format(
            'insert into %%s (invoice_id, kind, amount, fee_client_plan_id, fee_month, created_at)
            select
                invoice.id, ''plan'', service_plan.monthly_price, invoice.client_plan_id,
                date_trunc(''month'', cast(invoice.due_date as timestamp)), invoice.created_at
            from due
            inner join finance.invoice as invoice on due.due_date = invoice.due_date
            inner join erp.client_plan as plan on invoice.client_plan_id = plan.id
            inner join erp.service_plan as service_plan on plan.service_plan_id = service_plan.id
            where left(due.part, 8) = %%L
            order by invoice.id', target, part.name
        );
        perform billing.prepare_partition('finance.posting_of_plans', target, part.dates);
        execute format('alter table finance.posting_of_plans attach partition %%s for values in (%%s)', target, (
            select string_agg(quote_literal(month), ', ') from unnest(part.dates) as month
        ));
    end loop;
end
$$;

insert into billing.correction (
    event_id, action, reason, author, rebill, reversal_event_id, created_at, event_due_date
)
select id, 'reverse', 'cobrança indevida', 'ana', false, id + {charges}, created_at, due_date
from bench_event
where reversed
order by id;
alter table billing.credit disable trigger user;
insert into billing.credit (event_id, due_date, client_plan_id, charge_id, amount, rest, settled_at)
select id, due_date, client_plan_id, id - {charges}, amount, 0, created_at
from bench_event
where kind = 'reversal';
alter table billing.credit enable trigger user;
insert into billing.credit_posting (posting_id, event_id, due_date, invoice_id, amount, posted_at)
select id, id, due_date, invoice_id, amount, created_at
from bench_event
where kind = 'reversal';
drop table bench_event;
