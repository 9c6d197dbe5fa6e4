"""Reads for Faturamento TV: the stored list of a due date, page by page, and the state of its billing runs."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pydantic import computed_field
from sqlalchemy import Engine

from multitv.billing.preview import PreviewOutdated
from multitv.database.engine import reading
from multitv.event_codes import event_code
from multitv.labels import Reason, sentence
from multitv.web.core.paging import SIZE, CursorPage, page_of, read_cursor
from multitv.web.core.rows import NoSuchRow, Shown, select


class PreviewOutcome(Shown):
    """How many client packages have an outcome: charge, or the reason of an exclusion. `amount` is in reais."""

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
    """The totals of a due date's stored list. `last_...` are those of the same due day a month before, if billed."""

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
    """A client package on a list. `outcome` is charge, or the reason of its exclusion; only a charge has a `status`."""

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

    @computed_field  # type: ignore[prop-decorator]
    @property
    def event_code(self) -> str | None:
        return None if self.event_id is None else event_code(self.event_id)


class BillingRun(Shown):
    """How far the TV billing or the standard billing of a due date has come.

    Of its last failure, `reason` is a sentence in Portuguese, `reason_code` its code, and `reason_raw` the error's
    message.
    """

    kind: Literal["tv", "standard"]
    status: str
    reason_code: str | None
    reason_raw: str | None
    created_at: datetime
    closed_at: datetime | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def reason(self) -> str | None:
        return sentence(self.reason_code) if self.reason_code else None


class DueDate(Shown):
    """A recent or coming due date. `amount` is the sum of its live events in reais, null if none are known."""

    due_date: date
    tv: str | None
    standard: str | None
    amount: Decimal | None


def preview(engine: Engine, due_date: date) -> Preview | None:
    """Return the newest stored list of a due date, None if there is none. Raises DatabaseUnavailable."""
    with reading(engine) as connection:
        rows = select(connection, "preview", {"due_date": due_date})
        if not rows:
            return None
        of_preview = {"preview": rows[0].id}
        return Preview.of(
            rows[0],
            concerns=[Reason(**concern).sentence for concern in rows[0].coded_concerns],
            outcomes=[PreviewOutcome.of(row) for row in select(connection, "preview_outcomes", of_preview)],
            changes=[ClientChange.of(row) for row in select(connection, "preview_changes", of_preview)],
        )


def require_preview(engine: Engine, due_date: date) -> Preview:
    """Return the newest list of a due date. Raises NoSuchRow, DatabaseUnavailable."""
    found = preview(engine, due_date)
    if found is None:
        raise NoSuchRow("preview_not_loaded", due_date=due_date)
    return found


def lines(engine: Engine, preview_id: int, outcome: str | None, cursor: str | None = None) -> CursorPage[Line]:
    """Return a page of a list, with all lines or those of one outcome.

    Raises BadCursor, PreviewOutdated if the cursor is of another list or the list was deleted, DatabaseUnavailable.
    """
    listed, plan, package, month = read_cursor(cursor, tuple[int, int, int, date]) or (preview_id, None, None, None)
    after = {"after_plan": plan, "after_package": package, "after_month": month}
    with reading(engine) as connection:
        of_page = {"preview": preview_id, "outcome": outcome, "size": SIZE + 1}
        rows = select(connection, "preview_lines", of_page | after)
    # A page to which the one before pointed has rows, unless the list was deleted.
    if listed != preview_id or (cursor and not rows):
        raise PreviewOutdated("preview_replaced_while_read", preview=listed)
    return page_of(
        [Line.of(row) for row in rows],
        lambda line: (preview_id, line.client_plan_id, line.client_package_id, line.reference_month),
    )


def runs(engine: Engine, due_date: date) -> list[BillingRun]:
    """Return the runs of the TV billing and the standard billing of a due date. Raises DatabaseUnavailable."""
    with reading(engine) as connection:
        return [BillingRun.of(row) for row in select(connection, "billing_runs", {"due_date": due_date})]


def recent(engine: Engine, today: date) -> list[DueDate]:
    """Return the due dates since two months ago whose billing has begun. Raises DatabaseUnavailable."""
    with reading(engine) as connection:
        return [DueDate.of(row) for row in select(connection, "recent_due_dates", {"today": today})]
