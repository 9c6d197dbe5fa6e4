"""Faturamento TV: the list that Carregar kept, page by page, and how far a due date has come."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from sqlalchemy import Engine

from multitv.billing.preview import PreviewOutdated
from multitv.database.engine import reading
from multitv.labels import sentence
from multitv.web.core.paging import SIZE, Page, page_of, read_cursor
from multitv.web.core.rows import NoSuchRow, Shown, select


class PreviewOutcome(Shown):
    """What becomes of client packages: charge, or the reason of an exclusion."""

    outcome: str
    client_packages: int
    amount: Decimal


class ClientChange(Shown):
    """A client plan whose charges differ from the month before."""

    client_plan_id: int
    client: str | None
    amount_before: Decimal
    amount_after: Decimal


class Preview(Shown):
    """The list of a due date in numbers, as Carregar saw it. `last_...`: the same due day a month before, if billed."""

    id: int
    due_date: date
    candidates: int
    charges: int
    amount: Decimal
    last_charges: int | None
    last_amount: Decimal | None
    concerns: list[str]
    created_at: datetime
    outcomes: list[PreviewOutcome]
    changes: list[ClientChange]


class Line(Shown):
    """A client package of a list. `outcome`: charge, or why not; `status`: new, pending or processed if it is one."""

    client_plan_id: int
    client_package_id: int
    client: str | None
    service_plan: str | None
    package: str | None
    reference_month: date
    amount: Decimal | None
    price: Decimal | None
    price_source: str
    days: int | None
    denominator: int | None
    outcome: str
    status: Literal["new", "pending", "processed"] | None
    event_id: int | None


class BillingRun(Shown):
    """How far the TV billing or the standard billing of a due date has come."""

    kind: Literal["tv", "standard"]
    status: str
    reason: str | None
    created_at: datetime
    closed_at: datetime | None


class DueDate(Shown):
    """A due date that was billed lately, or is to come. `amount`: its live events, null where none are known."""

    due_date: date
    tv: str | None
    standard: str | None
    amount: Decimal | None


def preview(engine: Engine, due_date: date) -> Preview | None:
    """Return the newest list that was kept for a due date. Raises DatabaseUnavailable."""
    with reading(engine) as connection:
        rows = select(connection, "preview", {"due_date": due_date})
        if not rows:
            return None
        of_preview = {"preview": rows[0].id}
        return Preview.of(
            rows[0],
            concerns=[sentence(concern["code"], concern["parameters"]) for concern in rows[0].coded_concerns],
            outcomes=[PreviewOutcome.of(row) for row in select(connection, "preview_outcomes", of_preview)],
            changes=[ClientChange.of(row) for row in select(connection, "preview_changes", of_preview)],
        )


def require_preview(engine: Engine, due_date: date) -> Preview:
    """Return the newest list of a due date. Raises NoSuchRow, DatabaseUnavailable."""
    found = preview(engine, due_date)
    if found is None:
        raise NoSuchRow(f"A lista do vencimento {due_date:%d/%m/%Y} ainda não foi carregada.")
    return found


def lines(engine: Engine, preview_id: int, outcome: str | None, cursor: str | None = None) -> Page[Line]:
    """Return a page of a list, all of it or one outcome.

    Raises BadCursor, PreviewOutdated if the page before was of another list or its list is gone, DatabaseUnavailable.
    """
    listed, plan, package, month = read_cursor(cursor, tuple[int, int, int, date]) or (preview_id, None, None, None)
    after = {"after_plan": plan, "after_package": package, "after_month": month}
    with reading(engine) as connection:
        of_page = {"preview": preview_id, "outcome": outcome, "size": SIZE + 1}
        rows = select(connection, "preview_lines", of_page | after)
    # A page that another one announced has rows.
    if listed != preview_id or (cursor and not rows):
        raise PreviewOutdated(
            f"A lista {listed} não está mais guardada: o vencimento foi carregado de novo depois dela. Comece de novo "
            "pelo início da lista."
        )
    return page_of(
        [Line.of(row) for row in rows],
        lambda line: (preview_id, line.client_plan_id, line.client_package_id, line.reference_month),
    )


def runs(engine: Engine, due_date: date) -> list[BillingRun]:
    """Return the runs of a due date: the TV billing's, the standard billing's. Raises DatabaseUnavailable."""
    with reading(engine) as connection:
        return [BillingRun.of(row) for row in select(connection, "billing_runs", {"due_date": due_date})]


def recent(engine: Engine, today: date) -> list[DueDate]:
    """Return the due dates of the last two months and those to come that were begun. Raises DatabaseUnavailable."""
    with reading(engine) as connection:
        return [DueDate.of(row) for row in select(connection, "recent_due_dates", {"today": today})]
