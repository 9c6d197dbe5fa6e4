-- {rows} client plans on both sides, of which one in a thousand differs.
insert into tv.package (platform_uid, name, service_type, extra)
select 'svc-' || n, 'Pacote ' || n, case when n < 3 then 'BASIC_SERVICE' else 'EXTENDED_SERVICE' end, n > 2
from generate_series(1, 8) as n;
insert into staging.desired_subscriber (
    client_plan_id, first_name, last_name, status, because, services, surplus_services, devices, recorded_uid, has_pin
)
select
    n, 'Maria', 'da Silva ' || n, 'ACTIVE', 'the contract is active', array['svc-1', 'svc-' || 3 + mod(n, 5)], '{{}}',
    jsonb_build_object(
        '02:00:00:00:00:' || n, jsonb_build_object('device_type_uid', 'stb-linux', 'serial', 'S' || n, 'label', 'Sala')
    ),
    'sub-' || n, true
from generate_series(1, {rows}) as n;
insert into staging.subscriber (
    client_plan_id, external_id, uid, first_name, last_name, status, services, devices, version
)
select
    client_plan_id, cast(client_plan_id as text), recorded_uid, first_name, last_name,
    case when mod(client_plan_id, 1000) = 0 then 'SUSPENDED' else status end, services, devices, 3
from staging.desired_subscriber;
insert into reconciliation.snapshot (subscribers, hash) values ({rows}, '0');
insert into reconciliation.change_set (snapshot_id, snapshot_hash, today, status, decided_by, decided_at)
values (1, '0', '2026-11-23', 'approved', 'guard', now());
analyze;
