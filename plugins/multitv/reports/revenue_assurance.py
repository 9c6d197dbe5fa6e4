"""The three-way drift in reais: what is sold, what the platform serves and what is billed, where they disagree.

* sold_not_active: an extra sold today to a client plan that should be served, without its service live.
* active_not_billed: an extra that is live without a charge of the month, although it was sold on the client plan's last
  due date, or is not sold at all.
* billed_not_active: a charge of the month whose extra is not live, although nothing ended since.

Live is what an ACTIVE subscriber has. The last due date of a client plan is that of the newest TV billing run, saved or
closed, that covers its due day of today; the month is its month. Who has none since more than a month has nothing to
compare with: the sweep of billing finds a run that never came. What is no drift although two sides differ, the
statements say: a sale or contract that began or ended after the due date, a suspended contract, a free extra, a month
that was charged on another due date because the due day moved.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, Engine

from multitv.database.engine import bulk_transaction
from multitv.database.locks import lock
from multitv.database.sql import named
from multitv.reconciliation.errors import StagingLost
from multitv.reconciliation.plan import require_snapshot
from multitv.reconciliation.snapshot import STAGING_LOCK

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Measured:
    """How many client plans differ in one way, and how many reais a month that is."""

    client_plans: int
    amount: Decimal


def measure(engine: Engine, plan_id: int, today: date) -> dict[str, Measured]:
    """Replace reconciliation.drift by that of a plan of all client plans; return it by kind.

    Compares with what a snapshot showed after the plan, or with the plan's own if nothing of it was applied.
    Raises StagingLost if staging does not hold that, or never did; DatabaseUnavailable. Then the drift is as it was.
    """
    with bulk_transaction(engine) as connection:
        lock(connection, STAGING_LOCK)
        snapshot = _require_basis(connection, plan_id)
        of_plan: dict[str, object] = {"plan": plan_id, "today": today}
        last_due = _last_due_dates(connection, today)
        for step in ("list_unserved", "list_suspects"):
            connection.execute(named(f"reports/{step}"), of_plan | last_due)
        connection.exec_driver_sql("analyze unserved; analyze suspect")
        connection.execute(named("reports/list_concerned"))
        connection.exec_driver_sql("analyze concerned")
        connection.execute(named("reports/clear_revenue_assurance"))
        for step in ("insert_not_active", "insert_not_billed"):
            connection.execute(named(f"reports/{step}"), of_plan | last_due)
        connection.execute(named("reports/record_measured"), of_plan | {"snapshot": snapshot})
        connection.exec_driver_sql("analyze reconciliation.drift")
        rows = connection.execute(named("reports/sum_revenue_assurance")).all()
    drift = {row.kind: Measured(row.client_plans, row.amount) for row in rows}
    for kind, found in drift.items():
        log.info("Plan %s, %s: %s client plans, R$ %s a month.", plan_id, kind, found.client_plans, found.amount)
    return drift


def _require_basis(connection: Connection, plan_id: int) -> int:
    """Return the snapshot that staging holds of the platform as this plan left it."""
    basis = connection.execute(named("reports/read_basis"), {"plan": plan_id}).one_or_none()
    if basis is None or basis.only_client_plan_id is not None or basis.snapshot_id is None:
        raise StagingLost(
            f"Plan {plan_id} is none of all client plans, or nobody looked at the platform since it was applied: there "
            "is nothing to measure. The next run measures anew."
        )
    require_snapshot(connection, basis.snapshot_id)
    if connection.execute(named("reports/count_desired")).scalar_one() != basis.desired:
        raise StagingLost(f"What plan {plan_id} wanted is not in staging any more: trigger a new run.")
    return int(basis.snapshot_id)


def _last_due_dates(connection: Connection, today: date) -> dict[str, object]:
    rows = connection.execute(named("reports/last_due_dates"), {"today": today}).all()
    return {
        "due_days": [row.due_day for row in rows],
        "due_dates": [row.due_date for row in rows],
        "runs": [row.run_id for row in rows],
        "since": min((row.due_date.replace(day=1) for row in rows), default=None),
    }
