-- {rows} client plans of one due day with an extra each. The constraint against overlapping sales is off: nothing that
-- is measured looks at it, and it takes minutes to fill.
alter table tv.client_package drop constraint client_package_once_a_day;
insert into erp.service_plan values (1, 'Fibra 500 + TV', 99.90), (2, 'Fibra 1000 + TV', 149.90);
insert into tv.package (id, platform_uid, name, service_type, extra) overriding system value
values (9000, 'svc-basic', 'Pacote Básico', 'BASIC_SERVICE', false);
insert into tv.service_plan_setting values (1, true, 9000), (2, true, 9000);
insert into tv.package (platform_uid, name, service_type, extra, price)
select 'svc-' || n, 'Pacote ' || n, 'EXTENDED_SERVICE', true, 9.90 + n from generate_series(1, 8) as n;
insert into erp.client_plan (id, client_id, service_plan_id, status, due_day, activated_on)
select n, n, 1 + mod(n, 2), 'active', 10, '2026-01-01' from generate_series(1, {rows}) as n;
insert into tv.client_package (client_plan_id, package_id, added_on)
select n, 1 + mod(n, 8), '2026-02-01' from generate_series(1, {rows}) as n;
analyze;
