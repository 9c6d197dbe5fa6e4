"""Computes the figures of the dashboard, each into a small table that its page only reads. Knows other rooms by table.

Due dates are summed one by one, and again only if their billing changed since.
"""

from __future__ import annotations

import logging
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from multitv.database.engine import bulk_transaction
from multitv.database.locks import lock
from multitv.database.sql import named

log = logging.getLogger(__name__)

# Each figure with the statements that empty and fill its table.
_FIGURES = {
    "revenue": ("clear_revenue", "insert_revenue"),
    "event_status": ("clear_event_status", "insert_event_status"),
    "package_clients": ("clear_package_clients", "insert_package_clients"),
    "discrepancy_total": ("clear_revenue_assurance_total", "insert_revenue_assurance_total"),
    "operation": ("clear_operation", "insert_operation"),
}

# Of the pending charges of a due date, so many are kept for their page; among more, a page soon finds some.
_FEW = 10_000


def refresh_billing(engine: Engine, today: date) -> int:
    """Update reports.revenue and reports.event_status; return how many due dates were summed again.

    Each due date is summed in its own transaction, so stopping keeps the sums so far. `today` is the ISP's business
    date. Raises DatabaseUnavailable.
    """
    with bulk_transaction(engine) as connection:
        changed = connection.execute(named("reports/changed_due_dates")).scalars().all()
    for due_date in changed:
        with bulk_transaction(engine) as connection:
            _lock(connection)
            for step in ("record_due_date", "clear_due_date_sum", "insert_due_date_sum"):
                connection.execute(named(f"reports/{step}"), {"due_date": due_date})
    _replace(engine, "revenue", "event_status", today=today)
    log.info("Billing: %s due dates summed again.", len(changed))
    return len(changed)


def refresh_contracts(engine: Engine, today: date) -> None:
    """Update reports.package_clients. `today` is the ISP's business date. Raises DatabaseUnavailable."""
    _replace(engine, "package_clients", today=today)


def refresh_reconciliation(engine: Engine, today: date, timezone: ZoneInfo) -> None:
    """Update reports.discrepancy_total and reports.operation. `today` and the days of operations are of the `timezone`.

    Raises DatabaseUnavailable.
    """
    _replace(engine, "discrepancy_total", "operation", today=today, timezone=timezone.key)


def refresh_open_items(engine: Engine, today: date) -> None:
    """Update reports.open_item: what waits for a person, a later invoice or a payout. Open months and what was charged
    beyond what is owed are as tv_billing_sweep found them last. `today` is the ISP's business date.

    Raises DatabaseUnavailable.
    """
    with bulk_transaction(engine) as connection:
        _lock(connection)
        connection.execute(named("reports/clear_open_items"))
        connection.execute(named("reports/clear_overdue_charges"))
        connection.execute(named("reports/insert_open_items"))
        # Each due date in its own partition.
        for due_date in connection.execute(named("reports/dates_with_pending_charges"), {"today": today}).scalars():
            of_date = {"due_date": due_date, "few": _FEW}
            connection.execute(named("reports/count_overdue_charges"), of_date)
            connection.execute(named("reports/insert_overdue_charges"), of_date)
        for due_date in connection.execute(named("reports/dates_with_carried_charges")).scalars():
            connection.execute(named("reports/insert_carried_charges"), {"due_date": due_date})
        connection.execute(named("reports/record_refresh"), {"figure": "open_item"})


def _replace(engine: Engine, *figures: str, **parameters: object) -> None:
    """Replace the figures' rows in one transaction, so a reader never sees half of them."""
    with bulk_transaction(engine) as connection:
        _lock(connection)
        for figure in figures:
            clear, insert = _FIGURES[figure]
            connection.execute(named(f"reports/{clear}"))
            connection.execute(named(f"reports/{insert}"), parameters)
            connection.execute(named("reports/record_refresh"), {"figure": figure})


def _lock(connection: Connection) -> None:
    lock(connection, "dashboard")
