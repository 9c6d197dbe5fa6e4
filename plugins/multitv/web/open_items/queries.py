"""Reads for what is pending: lists of charges, credits, payouts and months that wait for a person, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import computed_field
from sqlalchemy import Connection, Engine, Row

from multitv.billing.explanation import Explanation
from multitv.billing.waivers import PLAN_FEE, Month
from multitv.database.engine import reading
from multitv.database.rows import read_as
from multitv.database.sql import named
from multitv.event_codes import event_code
from multitv.labels import label, sentence
from multitv.web.core.paging import SIZE, CursorPage, next_cursor, read_cursor
from multitv.web.core.rendering import moment
from multitv.web.core.rows import NoSuchRow, Shown, select

Kind = Literal[
    "overdue_charges",
    "carried_charges",
    "waiting_credits",
    "payouts",
    "paid_payouts",
    "open_months",
    "waived_months",
    "excess_charges",
]
# A row's place in its list: a day, two numbers, a month. What a kind does not need is the same in all of its rows.
_Key = tuple[date, int, int, date]
_NO_DAY = date(2000, 1, 1)


class Total(Shown):
    """What is pending of a kind; of a due date, a month or a reason if the kind has them. `amount` is in reais.

    `items` are events, payouts, packages or plan fees, `fees` of them plan fees.
    """

    kind: Kind
    due_date: date | None
    reference_month: date | None
    reason: str | None
    client_plans: int
    items: int
    fees: int
    amount: Decimal


class OpenItem(Shown):
    """A row of a list. `package` is null for a plan fee; `reason` and `explanation` are in Portuguese.

    `amount` is what is still pending, in reais.
    """

    kind: Kind
    client_plan_id: int
    package_id: int | None
    client: str | None
    document: str | None
    package: str | None
    reference_month: date
    due_date: date | None
    amount: Decimal
    reason: str
    explanation: str
    event_ids: list[int]
    payout_id: int | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def event_codes(self) -> list[str]:
        return [event_code(number) for number in self.event_ids]


class OpenMonth(Shown):
    """A month that a person may waive, or waived. `package` is null for the plan fee. Amounts are in reais."""

    client_plan_id: int
    package_id: int
    reference_month: date
    owed: Decimal
    charged: Decimal
    client: str | None
    package: str | None


@dataclass(frozen=True)
class Filter:
    """What of a list is shown: a month of open and waived months; a due date and reason of charges."""

    month: date | None = None
    due_date: date | None = None
    reason: str | None = None


def totals(engine: Engine) -> tuple[list[Total], datetime | None]:
    """Return what is pending as tv_dashboard counted it last, and when that was. Raises DatabaseUnavailable."""
    with reading(engine) as connection:
        return read_totals(connection)


def read_totals(connection: Connection) -> tuple[list[Total], datetime | None]:
    """As `totals`, within a transaction."""
    counted = select(connection, "open_items_counted")
    return [Total.of(row) for row in select(connection, "open_item_totals")], counted[0][0] if counted else None


def page(engine: Engine, kind: Kind, chosen: Filter, cursor: str | None = None) -> CursorPage[OpenItem]:
    """Return a page of a list. Raises BadCursor, DatabaseUnavailable."""
    after = read_cursor(cursor, tuple[date, int, int, date])
    with reading(engine) as connection:
        rows = _read(connection, kind, chosen, after, SIZE + 1)
        items = _items(connection, kind, rows[:SIZE])
    return CursorPage(rows=items, next=next_cursor(rows, _LISTS[kind].key))


def whole(engine: Engine, kind: Kind, chosen: Filter, size: int = 1000) -> Iterator[list[OpenItem]]:
    """Yield a list in pieces, each read in a transaction of its own. Raises DatabaseUnavailable."""
    after: _Key | None = None
    while True:
        with reading(engine) as connection:
            rows = _read(connection, kind, chosen, after, size)
            yield _items(connection, kind, rows)
        if len(rows) < size:
            return
        after = _LISTS[kind].key(rows[-1])


def open_month(engine: Engine, month: Month) -> OpenMonth:
    """Return a month that is open or waived. Raises NoSuchRow, DatabaseUnavailable."""
    parameters = {
        "client_plan_id": month.client_plan_id,
        "package_id": month.package_id,
        "month": month.reference_month,
    }
    with reading(engine) as connection:
        rows = select(connection, "open_month", parameters)
    if not rows:
        raise NoSuchRow("month_not_open", month=month.reference_month)
    return OpenMonth.of(rows[0])


def payout(engine: Engine, payout_id: int) -> OpenItem:
    """Return a payout that is to be made, or was made. Raises NoSuchRow, DatabaseUnavailable."""
    kinds: tuple[Kind, Kind] = ("payouts", "paid_payouts")
    with reading(engine) as connection:
        for kind in kinds:
            single = {"paid": kind == "paid_payouts", "payout_id": payout_id, "after_id": None, "size": 1}
            if rows := select(connection, "payouts", single):
                return _items(connection, kind, rows)[0]
    raise NoSuchRow("payout_not_there", payout=payout_id)


def _read(connection: Connection, kind: Kind, chosen: Filter, after: _Key | None, size: int) -> list[Row[Any]]:
    if kind == "overdue_charges" and chosen.due_date is None:
        return []
    day, first, second, month = after or (None, None, None, None)
    place = {"after_date": day, "after_id": first, "after_package": second, "after_month": month, "size": size}
    of_payouts = {"paid": kind == "paid_payouts", "payout_id": None}
    return select(connection, _LISTS[kind].statement, vars(chosen) | place | of_payouts)


def _items(connection: Connection, kind: Kind, rows: Sequence[Row[Any]]) -> list[OpenItem]:
    make = _LISTS[kind].make
    numbers = [number for row in rows for number in _events_of(row)]
    lines: dict[int, Explanation] = {}
    if numbers:
        asked = {"events": numbers, "due_dates": sorted({row.due_date for row in rows})}
        for event in connection.execute(named("web/open_item_events"), asked):
            lines[event.id] = read_as(Explanation, event)
    return [make(kind, row, [lines[number] for number in _events_of(row) if number in lines]) for row in rows]


def _events_of(row: Row[Any]) -> list[int]:
    fields = row._mapping
    return list(fields["event_ids"]) if "event_ids" in fields else [row.event_id] if "event_id" in fields else []


def _of_event(kind: Kind, row: Row[Any], events: list[Explanation]) -> OpenItem:
    """A charge or a credit that waits for an invoice."""
    [event] = events
    explanation = event.line()
    amount = event.amount if row.amount is None else row.amount
    if kind == "waiting_credits" and amount != -event.amount:
        explanation = sentence("credit_rest", {"line": explanation, "rest": amount})
    return _item(
        kind,
        row,
        event=event,
        amount=amount,
        reason=label(row.reason),
        explanation=explanation,
        due_date=row.due_date,
        event_ids=[row.event_id],
    )


def _of_payout(kind: Kind, row: Row[Any], events: list[Explanation]) -> OpenItem:
    [event] = events
    explanation = event.line()
    if row.paid_at is not None:
        noted = {"day": row.paid_on, "how": row.paid_how, "author": row.paid_by}
        explanation = sentence("payout_noted" if row.paid_on else "payout_noted_by", noted)
    return _item(
        kind,
        row,
        event=event,
        amount=row.amount,
        reason=row.said or label("policy_adjusted"),
        explanation=explanation,
        due_date=row.due_date,
        event_ids=[row.event_id],
        payout_id=row.payout_id,
    )


def _of_month(kind: Kind, row: Row[Any], _: list[Explanation]) -> OpenItem:
    facts = {"owed": row.owed, "charged": row.charged}
    if kind == "open_months":
        reason = label("month_charged_in_part" if row.charged else "month_never_charged")
        explanation = sentence("month_owes_rest" if row.charged else "month_owes", facts)
    else:
        reason = row.reason
        explanation = sentence("month_waived", facts | {"author": row.author, "at": moment(row.created_at)})
    return _item(kind, row, amount=row.owed - row.charged, reason=reason, explanation=explanation)


def _of_excess(kind: Kind, row: Row[Any], events: list[Explanation]) -> OpenItem:
    explanation = "; ".join(event.line() for event in events)
    if row.adjusts:
        explanation = sentence("policy_will_adjust", {"line": explanation})
    return _item(
        kind,
        row,
        event=events[0] if events else None,
        amount=row.amount,
        reason=label(row.reason),
        explanation=explanation,
        due_date=row.due_date,
        event_ids=list(row.event_ids),
    )


def _item(kind: Kind, row: Row[Any], *, event: Explanation | None = None, **values: Any) -> OpenItem:
    fields = row._mapping
    return OpenItem(
        kind=kind,
        client_plan_id=row.client_plan_id,
        client=row.client,
        document=row.document,
        package_id=fields.get("package_id"),
        package=event.package if event else fields.get("package"),
        reference_month=event.reference_month if event else row.reference_month,
        **{"due_date": None, "event_ids": [], "payout_id": None} | values,
    )


def _by_event(row: Row[Any]) -> _Key:
    return row.due_date, row.event_id, PLAN_FEE, _NO_DAY


def _by_payout(row: Row[Any]) -> _Key:
    return row.due_date, row.payout_id, PLAN_FEE, _NO_DAY


def _by_charge(row: Row[Any]) -> _Key:
    return row.due_date, row.client_plan_id, row.package_id, row.reference_month


def _by_month(row: Row[Any]) -> _Key:
    return row.reference_month, row.client_plan_id, row.package_id, _NO_DAY


@dataclass(frozen=True)
class _List:
    """The statement that reads a page of a kind, the place of its rows, and what makes an item of a row."""

    statement: str
    key: Callable[[Row[Any]], _Key]
    make: Callable[[Kind, Row[Any], list[Explanation]], OpenItem]


_LISTS: dict[Kind, _List] = {
    "overdue_charges": _List("overdue_charges", _by_event, _of_event),
    "carried_charges": _List("carried_charges", _by_event, _of_event),
    "waiting_credits": _List("waiting_credits", _by_event, _of_event),
    "payouts": _List("payouts", _by_payout, _of_payout),
    "paid_payouts": _List("payouts", _by_payout, _of_payout),
    "open_months": _List("open_months", _by_month, _of_month),
    "waived_months": _List("waived_months", _by_month, _of_month),
    "excess_charges": _List("excess_charges", _by_charge, _of_excess),
}
