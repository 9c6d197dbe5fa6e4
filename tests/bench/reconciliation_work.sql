-- A change set that gives each of {rows} subscribers a service.
insert into reconciliation.snapshot (subscribers, hash) values ({rows}, '0');
insert into reconciliation.change_set (snapshot_id, snapshot_hash, today, status, decided_by, decided_at)
values (1, '0', '2026-11-23', 'approved', 'guard', now());
insert into reconciliation.operation (
    change_set_id, client_plan_id, number, action, subscriber_uid, expected_version, target, after, reason
)
select 1, n, 1, 'add_service', 'sub-' || n, 1, 'svc-1', '{{"service_uid": "svc-1"}}', 'service_is_missing'
from generate_series(1, {rows}) as n;
analyze;
