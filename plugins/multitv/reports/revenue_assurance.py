"""Revenue assurance: where what is sold, what the platform serves and what is billed disagree, in reais a month.

* sold_not_active: an extra sold today to a client plan that should be served, without its service live.
* active_not_billed: an extra that is live without a charge of the month, although it was sold on the client plan's last
  due date, or is not sold at all.
* billed_not_active: a charge of the month whose extra is not live, although nothing ended since.

Live means a service of an ACTIVE subscriber. A client plan's last due date is that of the newest saved or closed TV
billing run that covers its present due day; the month is that due date's month. A client plan without one for more than
a month has nothing to compare with: the sweep of billing finds a run that never came. The statements say which
differences are not discrepancies: a sale or contract that began or ended after the due date, a suspended contract, a
free extra, a month charged on another due date because the due day moved.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Connection, Engine

from multitv.database.engine import bulk_transaction
from multitv.database.sql import named
from multitv.reconciliation.change_set import require_snapshot
from multitv.reconciliation.errors import StagingMissing
from multitv.reconciliation.lanes import FULL

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Discrepancy:
    """How many client plans have discrepancies of one kind, and their `amount` in reais a month."""

    client_plans: int
    amount: Decimal


def measure(engine: Engine, change_set_id: int, today: date) -> dict[str, Discrepancy]:
    """Replace reports.discrepancy by those after a full change set; return their totals by kind.

    Compares with the change set's second snapshot, or with its first if nothing of it was applied. `today` is the ISP's
    business date. Raises StagingMissing if staging does not hold that snapshot, or the change set is not of all client
    plans; DatabaseUnavailable. The discrepancies are then as they were.
    """
    with bulk_transaction(engine) as connection:
        FULL.enter(connection)
        snapshot = _require_basis(connection, change_set_id)
        of_change_set: dict[str, object] = {"change_set": change_set_id, "today": today}
        last_due = _last_due_dates(connection, today)
        for step in ("list_unserved", "list_suspects"):
            connection.execute(named(f"reports/{step}"), of_change_set | last_due)
        connection.exec_driver_sql("analyze unserved; analyze suspect")
        connection.execute(named("reports/list_concerned"))
        connection.exec_driver_sql("analyze concerned")
        connection.execute(named("reports/clear_revenue_assurance"))
        for step in ("insert_not_active", "insert_not_billed"):
            connection.execute(named(f"reports/{step}"), of_change_set | last_due)
        connection.execute(named("reports/record_measured"), of_change_set | {"snapshot": snapshot})
        connection.exec_driver_sql("analyze reports.discrepancy")
        rows = connection.execute(named("reports/sum_revenue_assurance")).all()
    found = {row.kind: Discrepancy(row.client_plans, row.amount) for row in rows}
    for kind, total in found.items():
        log.info(
            "Change set %s, %s: %s client plans, R$ %s a month.", change_set_id, kind, total.client_plans, total.amount
        )
    return found


def _require_basis(connection: Connection, change_set_id: int) -> int:
    """Return the staged snapshot of the platform as this change set left it. Raises StagingMissing."""
    basis = connection.execute(named("reports/read_basis"), {"change_set": change_set_id}).one_or_none()
    if basis is None or basis.only_client_plan_id is not None or basis.snapshot_id is None:
        raise StagingMissing(
            f"Change set {change_set_id} is not of all client plans, or there is no snapshot since it was applied: "
            "there is nothing to measure. The next run measures again."
        )
    require_snapshot(connection, basis.snapshot_id)
    if connection.execute(named("reports/count_desired")).scalar_one() != basis.desired:
        raise StagingMissing(f"What change set {change_set_id} wanted is not in staging any more: trigger a new run.")
    return int(basis.snapshot_id)


def _last_due_dates(connection: Connection, today: date) -> dict[str, object]:
    rows = connection.execute(named("reports/last_due_dates"), {"today": today}).all()
    months = [row.due_date.replace(day=1) for row in rows] or [today]
    return {
        "due_days": [row.due_day for row in rows],
        "due_dates": [row.due_date for row in rows],
        "runs": [row.run_id for row in rows],
        "since": min(months),
        "until": max(months) + timedelta(31),
    }
