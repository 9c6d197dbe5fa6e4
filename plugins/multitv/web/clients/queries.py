"""Reads for the screen Clientes: the search, and everything about one client plan."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from pydantic import computed_field
from sqlalchemy import Connection, Engine, Row

from multitv.billing.explanation import Explanation
from multitv.database.engine import reading
from multitv.database.rows import read_as
from multitv.documents import beginning_of_cnpj, document_key, holds_document
from multitv.event_codes import event_code
from multitv.extra_fields import PIN_FIELD, UID_FIELD
from multitv.labels import label, sentence
from multitv.web.core.paging import MAX_ID, BadCursor, CursorPage, page_of, read_cursor
from multitv.web.core.rows import NoSuchRow, Shown, select
from multitv.web.core.search_text import plain

PAGE = 20


class PlanOfClient(Shown):
    """A client plan in the results of a search."""

    client_id: int
    id: int
    status: str | None
    due_day: int | None
    service_plan: str | None
    allows_tv: bool


class Found(Shown):
    """A client in the results of a search, with all its client plans."""

    id: int
    name: str
    document: str | None
    status: str
    plans: list[PlanOfClient]


class ClientPlan(Shown):
    """A client plan with its client and its service plan. `package` is the service plan's default package."""

    id: int
    status: str | None
    due_day: int | None
    activated_on: date | None
    cancelled_on: date | None
    client_id: int
    client: str | None
    document: str | None
    client_status: str | None
    service_plan_id: int
    service_plan: str | None
    monthly_price: Decimal | None
    allows_tv: bool
    package_id: int | None
    package: str | None
    package_point_limit: int | None


class Promotion(Shown):
    """What an extra costs from `since` until before `until`, whatever its other prices are; 0.00 is free."""

    price: Decimal
    since: date
    until: date
    counts_today: bool

    @property
    def last_day(self) -> date:
        return self.until - timedelta(days=1)


class SoldPackage(Shown):
    """An extra of a client plan. `price` applies, in reais: `own_price`, or the package's if that is null.

    `promotions` are those that count today or will, the first one first: on their days they apply instead. `served` is
    false if the package is no longer an extra, or has left the platform.
    """

    id: int
    package_id: int
    package: str
    served: bool
    own_price: Decimal | None
    price: Decimal | None
    added_on: date
    cancelled_on: date | None
    state: Literal["live", "future", "cancelled"]
    promotions: list[Promotion]


class SoldPackageName(Shown):
    id: int
    client_plan_id: int
    package_id: int
    package: str
    price: Decimal | None
    added_on: date
    cancelled_on: date | None


class Point(Shown):
    """A set-top box at the client; `removed_on` is null while it is active."""

    id: int
    client_plan_id: int
    mac: str
    serial: str
    device_type: str
    label: str
    added_on: date
    removed_on: date | None


class ExtraFields(Shown):
    """The extra fields: the subscriber's uid on the platform, and whether a PIN is stored (never the PIN itself)."""

    uid: str | None
    has_pin: bool


class ContractChange(Shown):
    """A change that a person made; `before` and `after` are the changed row."""

    id: int
    changed_at: datetime
    author: str
    action: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class ClientOperation(Shown):
    """What a reconciliation did, or was to do, for a client plan on the platform.

    `name` is that of a service. `reason` and `outcome` (why it was rejected, or what was noticed) are sentences in
    Portuguese, with their codes; `outcome_raw` is what the platform said.
    """

    change_set_id: int
    action: str
    target: str | None
    name: str | None
    reason_code: str
    status: str
    outcome_code: str | None
    outcome_raw: str | None
    done_at: datetime | None
    created_at: datetime
    change_set_status: str

    @computed_field  # type: ignore[prop-decorator]
    @property
    def reason(self) -> str:
        return sentence(self.reason_code)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def outcome(self) -> str | None:
        return sentence(self.outcome_code) if self.outcome_code else None


class Difference(Shown):
    """What the platform still lacked, and why it was refused, in Portuguese (null: nothing explains it).

    `name` is that of a service; `rejected_raw` is what the platform said.
    """

    action: str
    target: str | None
    name: str | None
    rejected_code: str | None
    rejected_raw: str | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def rejected_because(self) -> str | None:
        return sentence(self.rejected_code) if self.rejected_code else None


class Reconciled(Shown):
    """The last verified comparison of a client plan with the platform, and what still differed then."""

    id: int
    verified_at: datetime
    differences: list[Difference] | None


class PlatformState(Shown):
    """How a contract and the platform stand to each other, since when, and why the platform refuses it, in Portuguese.

    It is `waiting` to be served, `applying`, `held` for an answer, `parked`, `refused`, `different` for no known
    reason, or `equal`.
    """

    state: Literal["waiting", "applying", "held", "parked", "refused", "different", "equal"]
    since: datetime
    code: str | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def reason(self) -> str | None:
        if self.code is None:
            return None
        return label(self.code) if self.state == "parked" else sentence(self.code)


class Event(Shown):
    """A billing event of a client plan, with a line in Portuguese that explains its amount, which is in reais.

    `code` is what people call it by: a spreadsheet rounds the `id`.
    """

    id: int
    due_date: date
    reference_month: date
    kind: Literal["charge", "reversal"]
    amount: Decimal
    package: str
    status: Literal["pending", "processed", "cancelled"]
    cancel_reason: str | None
    reversed: bool
    explanation: str

    @computed_field  # type: ignore[prop-decorator]
    @property
    def code(self) -> str:
        return event_code(self.id)


class Posting(Shown):
    invoice_id: int
    id: int
    kind: Literal["plan", "tv_package", "reversal"]
    amount: Decimal
    billing_event_id: int | None
    created_at: datetime

    @computed_field  # type: ignore[prop-decorator]
    @property
    def billing_event_code(self) -> str | None:
        return None if self.billing_event_id is None else event_code(self.billing_event_id)


class Invoice(Shown):
    """An invoice of a client plan; its total in reais is the sum of its postings."""

    id: int
    due_date: date
    status: str
    total: Decimal
    postings: list[Posting]


def find(engine: Engine, search: str, cursor: str | None = None) -> CursorPage[Found]:
    """Return a page of clients by the beginnings of words of their names, or by a document or client plan id.

    An empty search returns all clients by name. Raises BadCursor, DatabaseUnavailable.
    """
    number = document_key(search)
    by_number = bool(number) and not re.search(r"[^\W\d_]", search)
    with reading(engine) as connection:
        if by_number:
            found = _by_number(connection, number, cursor)
        elif cnpj := beginning_of_cnpj(search):
            found = _by_cnpj(connection, cnpj, search, cursor)
        else:
            found = _by_name(connection, search, cursor)
        return CursorPage(rows=_with_plans(connection, found.rows), next=found.next)


def client_plan(engine: Engine, client_plan_id: int) -> ClientPlan:
    """Return a client plan. Raises NoSuchRow, DatabaseUnavailable."""
    with reading(engine) as connection:
        rows = select(connection, "client_plan", {"client_plan_id": client_plan_id})
    if not rows:
        raise NoSuchRow("client_plan_unknown", client_plan=client_plan_id)
    return ClientPlan.of(rows[0])


def packages(engine: Engine, client_plan_id: int, today: date) -> list[SoldPackage]:
    """Return the extras of a client plan, those in force first. Raises DatabaseUnavailable."""
    with reading(engine) as connection:
        rows = select(connection, "client_packages", {"client_plan_id": client_plan_id, "today": today})
    return [SoldPackage.of(row) for row in rows]


def sold_package(engine: Engine, client_package_id: int) -> SoldPackageName:
    """Return one extra of a client plan. Raises NoSuchRow, DatabaseUnavailable."""
    with reading(engine) as connection:
        rows = select(connection, "client_package", {"id": client_package_id})
    if not rows:
        raise NoSuchRow("client_package_unknown", client_package=client_package_id)
    return SoldPackageName.of(rows[0])


def points(engine: Engine, client_plan_id: int) -> list[Point]:
    """Return the points of a client plan, active ones first. Raises DatabaseUnavailable."""
    with reading(engine) as connection:
        return [
            Point.of(row)
            for row in select(connection, "client_points", {"client_plan_id": client_plan_id, "point_id": None})
        ]


def point(engine: Engine, point_id: int) -> Point:
    """Return a point. Raises NoSuchRow, DatabaseUnavailable."""
    with reading(engine) as connection:
        rows = select(connection, "client_points", {"client_plan_id": None, "point_id": point_id})
    if not rows:
        raise NoSuchRow("point_unknown", point=point_id)
    return Point.of(rows[0])


def extra_fields(engine: Engine, client_plan_id: int) -> ExtraFields:
    """Return the extra fields of a client plan. Raises DatabaseUnavailable."""
    names = {"uid_field": UID_FIELD, "pin_field": PIN_FIELD}
    with reading(engine) as connection:
        return ExtraFields.of(select(connection, "extra_fields", {"client_plan_id": client_plan_id} | names)[0])


def package_names(engine: Engine, uids: list[str]) -> dict[str, str]:
    """Return the names of packages by their uids on the platform. Raises DatabaseUnavailable."""
    with reading(engine) as connection:
        return {row.platform_uid: row.name for row in select(connection, "package_names", {"uids": uids})}


def changes(engine: Engine, client_plan_id: int, cursor: str | None = None) -> CursorPage[ContractChange]:
    """Return a page of the changes that people made, newest first. Raises BadCursor, DatabaseUnavailable."""
    (before,) = read_cursor(cursor, tuple[int]) or (None,)
    of_page = {"client_plan_id": client_plan_id, "before": before, "size": PAGE + 1}
    with reading(engine) as connection:
        rows = select(connection, "client_changes", of_page)
    return page_of([ContractChange.of(row) for row in rows], lambda change: (change.id,), PAGE)


def operations(engine: Engine, client_plan_id: int) -> list[ClientOperation]:
    """Return the last operations of the reconciliation on a client plan, newest first. Raises DatabaseUnavailable."""
    with reading(engine) as connection:
        rows = select(connection, "client_operations", {"client_plan_id": client_plan_id})
    return [ClientOperation.of(row) for row in rows]


def last_reconciliation(engine: Engine, client_plan_id: int) -> Reconciled | None:
    """Return the last verified comparison with the platform, None if there was none. Raises DatabaseUnavailable."""
    with reading(engine) as connection:
        rows = select(connection, "last_reconciliation", {"client_plan_id": client_plan_id})
    return Reconciled.of(rows[0]) if rows else None


def platform_state(engine: Engine, client_plan_id: int) -> PlatformState | None:
    """Return how a client plan and the platform stand, None if never compared. Raises DatabaseUnavailable."""
    with reading(engine) as connection:
        rows = select(connection, "client_plan_state", {"client_plan_id": client_plan_id})
    return PlatformState.of(rows[0]) if rows else None


def events(engine: Engine, client_plan_id: int, since: date, until: date) -> list[Event]:
    """Return the billing events of the due dates from `since` until before `until`. Raises DatabaseUnavailable."""
    span = {"client_plan_id": client_plan_id, "since": since, "until": until}
    with reading(engine) as connection:
        rows = select(connection, "client_events", span)
    return [Event.of(row, explanation=read_as(Explanation, row).line()) for row in rows]


def invoices(engine: Engine, client_plan_id: int, since: date, until: date) -> list[Invoice]:
    """Return the invoices of the due dates from `since` until before `until`. Raises DatabaseUnavailable."""
    span = {"since": since, "until": until}
    with reading(engine) as connection:
        heads = select(connection, "client_invoices", {"client_plan_id": client_plan_id} | span)
        ids = [head.id for head in heads]
        rows = select(connection, "client_postings", {"invoices": ids} | span) if ids else []
    by_invoice: dict[int, list[Posting]] = {head.id: [] for head in heads}
    for row in rows:
        by_invoice[row.invoice_id].append(Posting.of(row))
    return [
        Invoice.of(
            head,
            postings=by_invoice[head.id],
            total=sum((posting.amount for posting in by_invoice[head.id]), Decimal("0.00")),
        )
        for head in heads
    ]


def _by_number(connection: Connection, number: str, cursor: str | None) -> CursorPage[Any]:
    (after,) = read_cursor(cursor, tuple[int]) or (None,)
    by_document = _by_document(connection, number, after)
    if after is not None or int(number) > MAX_ID:
        return by_document
    by_contract = select(connection, "find_by_contract", {"client_plan_id": int(number)})
    known = {row.id for row in by_contract}
    return CursorPage(
        rows=[*by_contract, *(row for row in by_document.rows if row.id not in known)], next=by_document.next
    )


def _by_document(connection: Connection, key: str, after: int | None) -> CursorPage[Any]:
    of_page = {"key": key, "after_id": after, "size": PAGE + 1}
    return page_of(select(connection, "find_by_document", of_page), lambda row: (row.id,), PAGE)


def _by_cnpj(connection: Connection, key: str, search: str, cursor: str | None) -> CursorPage[Any]:
    """Return a page of the clients whose CNPJ begins so, then of those that have it in their names."""
    try:
        (after,) = read_cursor(cursor, tuple[int]) or (None,)
    except BadCursor:
        by_document, by_name = [], _by_name(connection, search, cursor)
    else:
        found = _by_document(connection, key, after)
        if found.next:
            return found
        by_document, by_name = found.rows, _by_name(connection, search, None)
    others = [row for row in by_name.rows if not document_key(row.document or "").startswith(key)]
    return CursorPage(rows=[*by_document, *others], next=by_name.next)


def _by_name(connection: Connection, search: str, cursor: str | None) -> CursorPage[Any]:
    """Return a page of the clients whose name begins with the words, then of those that have them elsewhere in it."""
    words = plain(search)
    if search.strip() and not words:
        return CursorPage(rows=[], next=None)
    elsewhere, name, client = read_cursor(cursor, tuple[bool, str | None, int]) or (False, None, None)
    if client is not None and name is None and not elsewhere:
        name = _plain_name(connection, client)
    found: list[tuple[tuple[bool, str | None, int], Row[Any]]] = []
    if not elsewhere:
        of_page: dict[str, Any] = {"words": words, "after_name": name, "after_id": client, "size": PAGE + 1}
        found = [
            # The name of a one-person company often ends with its owner's CPF.
            ((False, None if holds_document(row.plain_name) else row.plain_name, row.id), row)
            for row in select(connection, "find_by_beginning", of_page)
        ]
    if words and len(found) <= PAGE:
        query = " & ".join(f"{word}:*" for word in words.split())
        of_page = {"query": query, "words": words, "after_id": client if elsewhere else None}
        rest = select(connection, "find_by_words", of_page | {"size": PAGE + 1 - len(found)})
        found += [((True, None, row.id), row) for row in rest]
    page = page_of(found, lambda keyed: keyed[0], PAGE)
    return CursorPage(rows=[row for _, row in page.rows], next=page.next)


def _plain_name(connection: Connection, client_id: int) -> str:
    """Return the name at which a page ended, which its cursor does not say. Raises BadCursor if the client is gone."""
    rows = select(connection, "plain_name", {"client_id": client_id})
    if not rows:
        raise BadCursor("bad_cursor")
    return str(rows[0].plain_name)


def _with_plans(connection: Connection, clients: list[Any]) -> list[Found]:
    plans: dict[int, list[PlanOfClient]] = {}
    for row in select(connection, "client_plans_of", {"clients": [client.id for client in clients]}):
        plans.setdefault(row.client_id, []).append(PlanOfClient.of(row))
    return [Found.of(client, plans=plans.get(client.id, [])) for client in clients]
