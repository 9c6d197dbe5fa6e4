"""The kinds of alerts, each found by the statement of its name in include/sql/alerts/."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from multitv.alerts.failures import BY_TASK
from multitv.beenius.pool import PoolState
from multitv.settings import Settings

# Hours after which what runs every hour, or every day, is late: it was missed twice, or once with time to spare.
RECONCILIATION_HOURS = 3
DAILY_HOURS = 30
# For which a task waits for a slot; a first provisioning of everybody may take as long.
WAITING_HOURS = 2

# Each with the screen to open; None: its parameters have a link, or there is nothing to open.
KINDS: dict[str, str | None] = {
    "task_failed": None,
    "billing_question": "faturamento?vencimento={due_date}",
    "billing_not_approved": "faturamento?vencimento={due_date}",
    "standard_billing_late": "faturamento?vencimento={due_date}",
    "reconciliation_question": "painel",
    "reconciliation_not_approved": "painel",
    "reconciliation_late": "painel",
    "operations_rejected": "painel/divergencia?tipo=sold_not_active",
    "client_plans_parked": "painel/divergencia?tipo=sold_not_active",
    "subscribers_parked": "quarentena/assinantes",
    "catalog_quarantined": "quarentena",
    "catalog_late": "pacotes",
    "due_days_unserved": "planos",
    "months_open": "painel/pendencias?tipo=open_months",
    "charges_overdue": "painel/pendencias?tipo=overdue_charges",
    "backup_late": None,
    "tasks_waiting": None,
    "pin_reveals": "clientes",
}
_LATE = {
    "reconciliation_late": RECONCILIATION_HOURS,
    "catalog_late": DAILY_HOURS,
    "backup_late": DAILY_HOURS,
    "tasks_waiting": WAITING_HOURS,
}


@dataclass(frozen=True)
class KnownOfAirflow:
    """What only Airflow knows: the states of pools, None if it does not tell; the lists that no run asks about."""

    pools: tuple[PoolState, ...] | None = None
    lost_reviews: tuple[int, ...] = ()

    def tells(self, kind: str) -> bool:
        """Tell whether enough is known to look for alerts of this kind."""
        return kind != "tasks_waiting" or self.pools is not None


def parameters_of(kind: str, settings: Settings, today: date, now: datetime, known: KnownOfAirflow) -> dict[str, Any]:
    """Return the parameters of a kind's statement; one that it does not name is left out by SQLAlchemy."""
    return {
        "now": now,
        "today": today,
        "by_task": list(BY_TASK),
        "due_days": list(settings.due_days),
        "billing_hours": settings.billing_approval_hours,
        "reconciliation_hours": settings.reconciliation_approval_hours,
        "deadline_days": settings.standard_billing_deadline_days,
        "late_hours": _LATE.get(kind),
        "pools": json.dumps([asdict(pool) for pool in known.pools or ()], default=str),
        "lost": list(known.lost_reviews),
        # As many PINs in a day as one may be shown in an hour.
        "many": settings.pin_reveals_per_hour,
    }
