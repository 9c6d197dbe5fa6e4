-- Beside {rows} client plans that were billed their extra: a platform that serves it, but for one in a thousand, and
-- serves one in a thousand what nobody sold; and operations of a tenth of them in the last month.
insert into staging.desired_subscriber (
    client_plan_id, first_name, last_name, status, because, services, surplus_services, devices, recorded_uid, has_pin
)
select
    n, 'Maria', 'da Silva ' || n, 'ACTIVE', 'the contract is active', array['svc-' || 1 + mod(n, 8), 'svc-basic'],
    '{{}}',
    jsonb_build_object(
        '02:00:00:00:00:' || n, jsonb_build_object('device_type_uid', 'stb-linux', 'serial', 'S' || n, 'label', 'Sala')
    ),
    'sub-' || n, true
from generate_series(1, {rows}) as n;
insert into staging.subscriber (
    client_plan_id, external_id, uid, first_name, last_name, status, services, devices, version
)
select
    client_plan_id, cast(client_plan_id as text), recorded_uid, first_name, last_name, status,
    case mod(client_plan_id, 1000)
        when 0 then array['svc-basic']
        when 1 then services || ('svc-' || 1 + mod(client_plan_id + 1, 8))
        else services
    end,
    devices, 3
from staging.desired_subscriber;
insert into reconciliation.snapshot (subscribers, hash) values ({rows}, '0');
insert into staging.subscriber_snapshot values (1);
insert into reconciliation.change_set (snapshot_id, snapshot_hash, today, status, desired, verified_at, created_at)
select 1, '0', '2026-12-15', 'verified', {rows}, now(), timestamptz '2026-12-15 12:00Z' - n * interval '1 day'
from generate_series(1, 30) as n;
insert into reconciliation.operation (
    change_set_id, client_plan_id, number, action, subscriber_uid, expected_version, target, after, reason, status, done_at
)
select
    1 + mod(n, 30), n, 1, 'add_service', 'sub-' || n, 1, 'svc-1', '{{"service_uid": "svc-1"}}', 'service_is_missing',
    'applied', now()
from generate_series(1, {rows} / 10) as n;
analyze;
