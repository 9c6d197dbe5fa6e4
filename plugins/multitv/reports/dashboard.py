"""The figures of the dashboard, each in a small table that its page only reads. Knows the other rooms' tables only.

Due dates are summed one by one, and only those whose billing is not as it was when they were summed.
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

# A figure, and the statements that empty and fill its table.
_FIGURES = {
    "revenue": ("clear_revenue", "insert_revenue"),
    "event_status": ("clear_event_status", "insert_event_status"),
    "package_clients": ("clear_package_clients", "insert_package_clients"),
    "drift": ("clear_revenue_assurance_total", "insert_revenue_assurance_total"),
    "operation": ("clear_operation", "insert_operation"),
}


def refresh_billing(engine: Engine, today: date) -> int:
    """Bring dashboard.revenue and dashboard.event_status up to date; return how many due dates were summed anew.

    Each in a transaction of its own: what was summed stays if this is stopped. `today` is the ISP's business date.
    Raises DatabaseUnavailable.
    """
    with bulk_transaction(engine) as connection:
        changed = connection.execute(named("reports/changed_due_dates")).scalars().all()
    for due_date in changed:
        with bulk_transaction(engine) as connection:
            _hold(connection)
            for step in ("record_due_date", "clear_due_date_sum", "insert_due_date_sum"):
                connection.execute(named(f"reports/{step}"), {"due_date": due_date})
    _replace(engine, "revenue", "event_status", today=today)
    log.info("Billing: %s due dates summed anew.", len(changed))
    return len(changed)


def refresh_contracts(engine: Engine, today: date) -> None:
    """Bring dashboard.package_clients up to date. Raises DatabaseUnavailable."""
    _replace(engine, "package_clients", today=today)


def refresh_reconciliation(engine: Engine, today: date, timezone: ZoneInfo) -> None:
    """Bring dashboard.drift and dashboard.operation up to date; days are those of the time zone.

    Raises DatabaseUnavailable.
    """
    _replace(engine, "drift", "operation", today=today, timezone=timezone.key)


def _replace(engine: Engine, *figures: str, **parameters: object) -> None:
    """Work tables out anew, in one transaction: a reader sees them before or after it."""
    with bulk_transaction(engine) as connection:
        _hold(connection)
        for figure in figures:
            clear, insert = _FIGURES[figure]
            connection.execute(named(f"reports/{clear}"))
            connection.execute(named(f"reports/{insert}"), parameters)
            connection.execute(named("reports/record_refresh"), {"figure": figure})


def _hold(connection: Connection) -> None:
    lock(connection, "dashboard")
