"""Reads for revenue assurance: where what is sold, active and billed differ, in reais a month."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import Engine, Row

from multitv.database.engine import reading
from multitv.labels import sentence
from multitv.web.core.paging import SIZE, CursorPage, page_of, read_cursor
from multitv.web.core.rows import Shown, select

Kind = Literal["sold_not_active", "active_not_billed", "billed_not_active"]


class Discrepancy(Shown):
    """A package of a client plan whose sale, service and charge disagree. `reason` is in Portuguese."""

    kind: Kind
    client_plan_id: int
    package_id: int
    client: str | None
    package: str
    amount: Decimal
    reason: str
    reason_code: str


def page(engine: Engine, kind: Kind, cursor: str | None = None) -> CursorPage[Discrepancy]:
    """Return a page of the discrepancies of a kind, the greatest amounts first.

    Raises BadCursor, DatabaseUnavailable.
    """
    amount, plan, package = read_cursor(cursor, tuple[Decimal, int, int]) or (None, None, None)
    after = {"after_amount": amount, "after_plan": plan, "after_package": package}
    with reading(engine) as connection:
        rows = select(connection, "discrepancies", {"kind": kind, "size": SIZE + 1} | after)
    return page_of([_discrepancy(row) for row in rows], lambda row: (row.amount, row.client_plan_id, row.package_id))


def of_client_plan(engine: Engine, client_plan_id: int) -> list[Discrepancy]:
    """Return the discrepancies of one client plan. Raises DatabaseUnavailable."""
    with reading(engine) as connection:
        rows = select(connection, "discrepancies_of_client_plan", {"client_plan_id": client_plan_id})
    return [_discrepancy(row) for row in rows]


def _discrepancy(row: Row[Any]) -> Discrepancy:
    return Discrepancy.of(row, reason=sentence(row.reason_code, row.parameters))
