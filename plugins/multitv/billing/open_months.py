"""Months that client plans owe and that no due date billed, because a due day moved, for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Engine

from multitv.database.engine import bulk_transaction
from multitv.database.rows import read_as
from multitv.database.sql import named
from multitv.erp.facts import require_client_plans
from multitv.settings import Settings


@dataclass(frozen=True)
class OpenMonths:
    """A month that is open for some. `amount` is what they owe beyond what was charged, in reais."""

    reference_month: date
    client_plans: int
    packages: int
    amount: Decimal


def find_open_months(engine: Engine, settings: Settings, today: date) -> list[OpenMonths]:
    """Compare what the present month and those before it owe with what was charged, and return those that are open.

    `today` is the ISP's business date. Looks back settings.billing_look_back_months, but not before the go-live month.
    A list of billing takes the months from what this stores. Raises ErpEmpty, DatabaseUnavailable.
    """
    present = today.replace(day=1)
    with bulk_transaction(engine) as connection:
        require_client_plans(connection)
        connection.execute(named("billing/set_go_live"), {"month": settings.go_live_month})
        go_live = connection.execute(named("billing/read_go_live")).scalar_one()
        connection.execute(named("billing/delete_open_months"))
        if go_live is not None:
            for months_ago in range(settings.billing_look_back_months, -1, -1):
                month = _months_before(present, months_ago)
                if month >= go_live:
                    connection.execute(named("billing/insert_open_month"), {"month": month, "today": today})
        rows = connection.execute(named("billing/count_open_months")).all()
    return [read_as(OpenMonths, row) for row in rows]


def _months_before(month: date, number: int) -> date:
    years, index = divmod(month.year * 12 + month.month - 1 - number, 12)
    return date(years, index + 1, 1)
