"""Reads for the dashboard: the figures that tv_dashboard computed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Engine

from multitv.database.engine import reading
from multitv.web.core.rows import Shown, select
from multitv.web.dashboard.revenue_assurance import Kind
from multitv.web.open_items.queries import Total, read_totals

_SPAN = timedelta(days=365)


class Revenue(Shown):
    """The sum posted for a package in a reference month in reais, net of reversals."""

    month: date
    package: str
    postings: int
    amount: Decimal


class EventStatus(Shown):
    due_date: date
    status: str
    events: int
    amount: Decimal


class PackageClients(Shown):
    """How many client plans have a package: `included` in the plan, or sold as an `extra`."""

    package_id: int
    package: str
    kind: str
    client_plans: int
    amount: Decimal


class DiscrepancyTotal(Shown):
    kind: Kind
    client_plans: int
    amount: Decimal


class Operations(Shown):
    """How many operations of one kind a day's reconciliations found necessary."""

    day: date
    action: str
    operations: int
    rejected: int | None


class Figures(Shown):
    """All figures of the dashboard, and when they were computed (null if never)."""

    refreshed_at: datetime | None
    seen_at: datetime | None
    revenue: list[Revenue]
    event_status: list[EventStatus]
    package_clients: list[PackageClients]
    revenue_assurance: list[DiscrepancyTotal]
    operations: list[Operations]
    open_items_counted_at: datetime | None
    open_items: list[Total]


def figures(engine: Engine, today: date) -> Figures:
    """Return the figures of the year before `today`, the business date. Raises DatabaseUnavailable."""
    since = {"since": (today - _SPAN).replace(day=1)}
    with reading(engine) as connection:
        open_items, counted_at = read_totals(connection)
        return Figures.of(
            select(connection, "refreshed")[0],
            revenue=[Revenue.of(row) for row in select(connection, "revenue", since)],
            event_status=[EventStatus.of(row) for row in select(connection, "event_status", since)],
            package_clients=[PackageClients.of(row) for row in select(connection, "package_clients")],
            revenue_assurance=[DiscrepancyTotal.of(row) for row in select(connection, "discrepancy_totals")],
            operations=[Operations.of(row) for row in select(connection, "operations_by_day")],
            open_items_counted_at=counted_at,
            open_items=open_items,
        )
