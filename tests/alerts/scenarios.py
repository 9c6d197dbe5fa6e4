"""For each kind of alert what makes it appear, grow and end, as rows that other rooms write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from multitv.alerts.kinds import KnownOfAirflow
from multitv.beenius.pool import BEENIUS_POOL, PoolState
from multitv.settings import Settings
from tests.support.databases import Database

# 09:00 in São Paulo.
NOW = datetime(2026, 12, 10, 12, tzinfo=UTC)
SETTINGS = Settings(due_days=(5, 10, 20))
BASE_URL = "https://tv.isp.example"

_OFFER = (
    "insert into tv.package (id, platform_uid, name, service_type, extra, price) overriding system value "
    "values (7, 'svc-7', 'Filmes', 'EXTENDED_SERVICE', true, 29.90)"
)
_SOLD = (
    "insert into tv.client_package (client_plan_id, package_id, price, added_on) values "
    "(1, 7, null, '2026-01-01'), (2, 7, 10, '2026-01-01')"
)
_REVIEW = (
    "insert into billing.run (kind, due_date, status) values ('tv', '2026-12-20', 'open')",
    "insert into billing.review (due_date, digest, candidates, charges, amount, concerns, created_at) "
    "values ('2026-12-20', 'x', 1300, 1234, 36896.60, '[]', '2026-12-10 09:00:00+00')",
)
_SNAPSHOT = (
    "insert into reconciliation.snapshot (id, subscribers) overriding system value values (1, 2)",
    "insert into reconciliation.change_set (id, snapshot_id, snapshot_hash, today, status, decided_by, decided_at, "
    "verified_at) overriding system value values (1, 1, 'x', '2026-12-10', 'verified', 'guard', "
    "'2026-12-10 11:30:00+00', '2026-12-10 11:35:00+00')",
)
_QUESTION = (
    *_SNAPSHOT,
    "insert into reconciliation.change_set (id, snapshot_id, snapshot_hash, today, split_from, waiting_since, "
    "asked_at, operations, client_plans, removals) overriding system value values (2, 1, 'x', '2026-12-10', 1, "
    "'2026-12-10 11:36:00+00', '2026-12-10 11:36:00+00', 240, 120, 118)",
)


@dataclass(frozen=True)
class Scenario:
    """`appears`, `grows` and `ends` are statements; `first` and `then` the contracts and reais that are found."""

    appears: tuple[str, ...]
    grows: str
    ends: str
    first: tuple[int | None, Decimal | None]
    then: tuple[int | None, Decimal | None]
    key: str = ""
    # What Airflow tells as it appears, grows and ends.
    known: tuple[KnownOfAirflow, ...] = (KnownOfAirflow(),) * 3

    def set_up(self, database: Database) -> None:
        for statement in self.appears:
            database.run(statement)


def waits(tasks: int, hours: float) -> KnownOfAirflow:
    """What is known if so many tasks wait for the pool of the platform, the first for so many hours."""
    since = NOW - timedelta(hours=hours)
    return KnownOfAirflow((PoolState(BEENIUS_POOL, 4, tasks, since), PoolState("default_pool", 128)))


def money(written: str) -> Decimal:
    return Decimal(written)


SCENARIOS = {
    "task_failed": Scenario(
        (
            "insert into alerts.failure (dag_id, dag_name, task_id, task_name, run_id, map_index, code, link, "
            "failed_at) values ('tv_plan_reconciliation', 'Reconciliar planos de TV', 'take_snapshot', "
            "'Ler a plataforma', 'r1', -1, 'platform_unavailable', 'https://tv.isp.example/dags/tv_plan_reconciliation/runs/r1/tasks/"
            "take_snapshot?try_number=4', '2026-12-10 11:40:00+00')",
        ),
        "insert into alerts.failure (dag_id, dag_name, task_id, task_name, run_id, map_index, code) "
        "values ('tv_catalog_sync', 'Sincronizar catálogo de TV', 'fetch', 'Ler', 'r2', -1, 'platform_unavailable')",
        "update alerts.failure set over_at = now()",
        (None, None),
        (None, None),
        "platform_unavailable",
    ),
    "billing_question": Scenario(
        _REVIEW,
        "insert into billing.review (due_date, digest, candidates, charges, amount, concerns, created_at) "
        "values ('2026-12-20', 'y', 1300, 1235, 37000, '[]', '2026-12-10 10:00:00+00')",
        "update billing.review set decision = 'approved', decided_by = 'ana', decided_at = now() where digest = 'y'",
        (None, money("36896.60")),
        (None, money("37000.00")),
        "2026-12-20",
    ),
    "billing_not_approved": Scenario(
        (
            *_REVIEW,
            "update billing.review set decision = 'rejected', decided_by = 'ana', "
            "decided_at = '2026-12-10 10:00:00+00'",
        ),
        # Nobody answers the next question within two days.
        "insert into billing.review (due_date, digest, candidates, charges, amount, concerns, created_at) "
        "values ('2026-12-20', 'y', 1300, 1235, 37000, '[]', '2026-12-08 11:00:00+00')",
        "update billing.run set status = 'saved'",
        (None, money("36896.60")),
        (None, money("37000.00")),
        "2026-12-20",
    ),
    "standard_billing_late": Scenario(
        (
            "insert into billing.run (id, kind, due_date, status) overriding system value values "
            "(1, 'tv', '2026-12-10', 'saved'), (2, 'tv', '2026-12-11', 'saved')",
            "insert into billing.expectation values (1, 1, 900, 800, 20000), (1, 2, 500, 434, 16896.60), "
            "(2, 1, 5, 5, 50)",
        ),
        "insert into billing.run (id, kind, due_date, status, reason, reason_code) overriding system value values "
        "(3, 'standard', '2026-12-10', 'failed', 'x', 'erp_unavailable')",
        "update billing.run set status = 'closed', closed_at = now(), reason = null where kind = 'standard'",
        (None, money("36896.60")),
        (None, money("36896.60")),
        "2026-12-10",
    ),
    "reconciliation_question": Scenario(
        (
            *_QUESTION,
            _OFFER,
            _SOLD,
            "insert into reconciliation.operation (change_set_id, client_plan_id, number, action, target, reason) "
            "values (2, 1, 1, 'end_service', 'svc-7', 'service_is_not_sold'), "
            "(2, 1, 2, 'remove_device', '02:00:00:00:00:01', 'device_is_no_point')",
        ),
        "update reconciliation.change_set set client_plans = 121 where id = 2",
        "update reconciliation.change_set set status = 'approved', decided_by = 'ana', decided_at = now() where id = 2",
        (120, money("29.90")),
        (121, money("29.90")),
    ),
    "reconciliation_not_approved": Scenario(
        (
            *_QUESTION,
            "update reconciliation.change_set set status = 'rejected', decided_by = 'no_answer', "
            "decided_at = '2026-12-10 11:50:00+00' where id = 2",
        ),
        "insert into reconciliation.change_set (id, snapshot_id, snapshot_hash, today, split_from, waiting_since, "
        "asked_at, operations, client_plans, removals, status, decided_by, decided_at) overriding system value values "
        "(3, 1, 'x', '2026-12-10', 1, now(), now(), 240, 121, 118, 'rejected', 'ana', '2026-12-10 11:55:00+00')",
        "insert into reconciliation.change_set (id, snapshot_id, snapshot_hash, today, split_from, waiting_since, "
        "asked_at) overriding system value values (4, 1, 'x', '2026-12-10', 1, now(), now())",
        (120, None),
        (121, None),
    ),
    "reconciliation_late": Scenario(
        (
            *_SNAPSHOT,
            "update reconciliation.change_set set verified_at = '2026-12-10 08:35:00+00'",
            "insert into reconciliation.pending_change (client_plan_id, reason) values (1, 'contract'), (1, 'erp')",
        ),
        "insert into reconciliation.pending_change (client_plan_id, reason) values (2, 'contract')",
        "update reconciliation.change_set set verified_at = '2026-12-10 11:35:00+00'",
        (1, None),
        (2, None),
    ),
    "operations_rejected": Scenario(
        (
            *_SNAPSHOT,
            _OFFER,
            _SOLD,
            "insert into reconciliation.operation (change_set_id, client_plan_id, number, action, target, reason, "
            "status, outcome_code, done_at) values (1, 1, 1, 'add_device', '02:00:00:00:00:01', 'device_is_missing', "
            "'rejected', 'device_assigned_elsewhere', now())",
        ),
        "insert into reconciliation.difference (change_set_id, client_plan_id, action, rejected_because) "
        "values (1, 2, 'add_device', 'device_assigned_elsewhere')",
        "insert into reconciliation.change_set (id, snapshot_id, snapshot_hash, today, status, verified_at) "
        "overriding system value values (2, 1, 'x', '2026-12-10', 'verified', now())",
        (1, money("29.90")),
        (2, money("39.90")),
        "device_assigned_elsewhere",
    ),
    "client_plans_parked": Scenario(
        (_OFFER, _SOLD, "insert into reconciliation.parked_client_plan values (1, 1, 'impossible_status')"),
        "insert into reconciliation.parked_client_plan values (1, 2, 'impossible_status')",
        "delete from reconciliation.parked_client_plan",
        (1, money("29.90")),
        (2, money("39.90")),
        "impossible_status",
    ),
    "subscribers_parked": Scenario(
        (
            "insert into reconciliation.parked_subscriber (change_set_id, client_plan_id, reasons) values "
            "(1, 4, '[]'), (1, null, '[]')",
        ),
        "insert into reconciliation.parked_subscriber (change_set_id, client_plan_id, reasons) values (2, 5, '[]')",
        "delete from reconciliation.parked_subscriber",
        (1, None),
        (2, None),
    ),
    "catalog_quarantined": Scenario(
        (
            "insert into tv.catalog_sync (id, status, merged_at) values (1, 'merged', '2026-12-10 07:00:00+00')",
            "insert into tv.quarantine (catalog_sync_id, entity, reasons, content) values "
            "(1, 'channel', '[]', '{}'), (1, 'channel', '[]', '{}')",
        ),
        "insert into tv.quarantine (catalog_sync_id, entity, reasons, content) values (1, 'package', '[]', '{}')",
        "insert into tv.catalog_sync (id, status, merged_at) values (2, 'merged', '2026-12-10 11:00:00+00')",
        (None, None),
        (None, None),
    ),
    "catalog_late": Scenario(
        ("insert into tv.catalog_sync (id, status, merged_at) values (1, 'merged', '2026-12-09 05:00:00+00')",),
        "update tv.catalog_sync set merged_at = '2026-12-09 05:01:00+00'",
        "insert into tv.catalog_sync (id, status, merged_at) values (2, 'merged', '2026-12-10 11:00:00+00')",
        (None, None),
        (None, None),
    ),
    "due_days_unserved": Scenario(
        (
            _OFFER,
            _SOLD,
            "insert into erp.client values (1, 'Ana', '0', 'active')",
            "insert into erp.service_plan values (1, 'Fibra', 100)",
            "insert into erp.client_plan values (1, 1, 1, 'active', 3, '2026-01-01'), "
            "(2, 1, 1, 'suspended', 12, '2026-01-01'), (3, 1, 1, 'active', 4, '2026-01-01')",
        ),
        "update erp.client_plan set status = 'active' where id = 2",
        "update erp.client_plan set due_day = 10",
        (1, money("29.90")),
        (2, money("39.90")),
    ),
    "months_open": Scenario(
        (
            "insert into billing.open_month (client_plan_id, package_id, reference_month, owed, charged) values "
            "(1, 7, '2026-10-01', 29.90, 0), (1, 7, '2026-11-01', 29.90, 9.90)",
        ),
        "insert into billing.open_month (client_plan_id, package_id, reference_month, owed, charged) values "
        "(2, 0, '2026-11-01', 100, 0)",
        "delete from billing.open_month",
        (1, money("49.90")),
        (2, money("149.90")),
    ),
    "charges_overdue": Scenario(
        (
            "insert into reports.open_item (kind, due_date, client_plans, items, amount) values "
            "('overdue_charges', '2026-11-20', 3, 4, 119.60)",
        ),
        "insert into reports.open_item (kind, due_date, client_plans, items, amount) values "
        "('overdue_charges', '2026-12-05', 1, 1, 10)",
        "delete from reports.open_item",
        (3, money("119.60")),
        (4, money("129.60")),
    ),
    "backup_late": Scenario(
        ("insert into alerts.backup (made_at) values ('2026-12-09 05:30:00+00')",),
        "update alerts.backup set made_at = '2026-12-09 05:31:00+00'",
        "insert into alerts.backup (made_at) values ('2026-12-10 05:30:00+00')",
        (None, None),
        (None, None),
    ),
    "tasks_waiting": Scenario(
        (),
        "",
        "select 1",
        (None, None),
        (None, None),
        BEENIUS_POOL,
        (waits(9, 3), waits(10, 4), waits(2, 1)),
    ),
    "pin_reveals": Scenario(
        (
            "insert into tv.pin_reveal (author, client_plan_id, revealed_at) "
            "select 'Ana', n, '2026-12-10 11:00:00+00' from generate_series(1, 25) as n",
            "insert into tv.pin_reveal (author, client_plan_id, revealed_at) "
            "select 'Bia', n, '2026-12-10 11:00:00+00' from generate_series(1, 19) as n",
        ),
        "insert into tv.pin_reveal (author, client_plan_id, revealed_at) values (' ana', 99, '2026-12-09 13:00:00+00')",
        "",
        (25, None),
        (26, None),
    ),
}
