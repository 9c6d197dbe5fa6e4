-- {charges} client plans of each of seven due days, with an extra each, one in a hundred of them with a second one that
-- is free; and {rows} client plans of due day 30. The constraint against overlapping sales is off, as in
-- billing_population.
alter table tv.client_package drop constraint client_package_once_a_day;
insert into erp.service_plan values (1, 'Fibra 500 + TV', 99.90), (2, 'Fibra 1000 + TV', 149.90);
insert into tv.package (id, platform_uid, name, service_type, extra) overriding system value
values (9000, 'svc-basic', 'Pacote Básico', 'BASIC_SERVICE', false);
insert into tv.service_plan_setting values (1, true, 9000), (2, true, 9000);
insert into tv.package (platform_uid, name, service_type, extra, price)
select 'svc-' || n, 'Pacote ' || n, 'EXTENDED_SERVICE', true, 9.90 + n from generate_series(1, 8) as n;
insert into erp.client_plan (id, client_id, service_plan_id, status, due_day, activated_on)
select
    n,
    n,
    1 + mod(n, 2),
    'active',
    case when n <= 7 * {charges} then (array[1, 5, 10, 15, 20, 25, 28])[1 + mod(n, 7)] else 30 end,
    '2021-01-01'
from generate_series(1, 7 * {charges} + {rows}) as n;
insert into tv.client_package (client_plan_id, package_id, added_on)
select plan.id, 1 + mod(plan.id, 8), '2021-02-01' from erp.client_plan as plan order by plan.id;
insert into tv.client_package (client_plan_id, package_id, added_on, price)
select plan.id, 1 + mod(plan.id + 1, 8), '2021-02-01', 0 from erp.client_plan as plan
where plan.due_day <> 30 and mod(plan.id, 100) < 1 order by plan.id;
