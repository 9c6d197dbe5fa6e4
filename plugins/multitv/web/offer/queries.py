"""Reads for Planos e Serviços and Pacotes e canais: service plans, packages, channels and catalogue syncs."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta
from pydantic import computed_field
from sqlalchemy import Engine

from multitv.database.engine import reading
from multitv.labels import Reason
from multitv.web.core.paging import SIZE, CursorPage, page_of, read_cursor
from multitv.web.core.rows import NoSuchRow, Shown, select
from multitv.web.core.search_text import plain

# The greatest value of the column; a greater one would be a database error.
Number = Annotated[int, Meta(le=2**31 - 1)]


class ServicePlan(Shown):
    """A service plan of the ERP with its TV tab."""

    id: int
    name: str
    monthly_price: Decimal | None
    allows_tv: bool
    package_id: int | None
    package: str | None


class Package(Shown):
    """A package. The ISP sets `extra`, `price` (reais) and `point_limit`; `channels` counts the active ones."""

    id: int
    platform_uid: str
    name: str
    service_type: Literal["BASIC_SERVICE", "EXTENDED_SERVICE"]
    extra: bool
    price: Decimal | None
    point_limit: int | None
    active: bool
    channels: int


class PackageForSale(Shown):
    """An extra that may be added to a client plan; `sold` if the client plan has it already."""

    id: int
    name: str
    price: Decimal | None
    sold: bool


class PackageName(Shown):
    id: int
    name: str


class Channel(Shown):
    id: int
    platform_uid: str
    name: str
    number: int
    family: str
    active: bool


class Sync(Shown):
    """A catalogue sync: how many rows it read, changed and quarantined."""

    id: int
    started_at: datetime
    merged_at: datetime
    channels: int
    packages: int
    package_channels: int
    quarantined: int
    changes: int


class SetAside(Shown):
    """A row of the platform that was set aside, with everything that is wrong with it; `reason` is in Portuguese."""

    id: int
    reasons: list[Reason]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def reason(self) -> str:
        return "; ".join(reason.sentence for reason in self.reasons)


class Quarantined(SetAside):
    """A row of the platform's catalogue that was refused. `content` is the row as the platform sent it, in JSON."""

    entity: str
    platform_uid: str | None
    content: str


class ParkedSubscriber(SetAside):
    """A subscriber that the reconciliation leaves alone, and the client plan that waits with it, if it is one's."""

    client_plan_id: int | None
    subscriber_uid: str | None
    external_id: str | None


def service_plans(engine: Engine, cursor: str | None = None) -> CursorPage[ServicePlan]:
    """Return a page of service plans. Raises BadCursor, DatabaseUnavailable."""
    (after,) = read_cursor(cursor, tuple[int]) or (None,)
    with reading(engine) as connection:
        rows = select(connection, "service_plans", {"service_plan_id": None, "after": after, "size": SIZE + 1})
    return page_of([ServicePlan.of(row) for row in rows], lambda plan: (plan.id,))


def service_plan(engine: Engine, service_plan_id: int) -> ServicePlan:
    """Return a service plan. Raises NoSuchRow, DatabaseUnavailable."""
    with reading(engine) as connection:
        rows = select(connection, "service_plans", {"service_plan_id": service_plan_id, "after": None, "size": 1})
    if not rows:
        raise NoSuchRow("service_plan_unknown", service_plan=service_plan_id)
    return ServicePlan.of(rows[0])


def default_packages(engine: Engine) -> list[PackageName]:
    """Return the packages that may be a plan's default package. Raises DatabaseUnavailable."""
    with reading(engine) as connection:
        return [PackageName.of(row) for row in select(connection, "default_packages")]


def packages(engine: Engine, cursor: str | None = None) -> CursorPage[Package]:
    """Return a page of packages. Raises BadCursor, DatabaseUnavailable."""
    (after,) = read_cursor(cursor, tuple[int]) or (None,)
    with reading(engine) as connection:
        rows = select(connection, "packages", {"package_id": None, "after": after, "size": SIZE + 1})
    return page_of([Package.of(row) for row in rows], lambda package: (package.id,))


def package(engine: Engine, package_id: int) -> Package:
    """Return a package. Raises NoSuchRow, DatabaseUnavailable."""
    with reading(engine) as connection:
        rows = select(connection, "packages", {"package_id": package_id, "after": None, "size": 1})
    if not rows:
        raise NoSuchRow("package_unknown", package=package_id)
    return Package.of(rows[0])


def packages_for_sale(engine: Engine, client_plan_id: int, today: date) -> list[PackageForSale]:
    """Return the extras that the form Novo Pacote Extra offers for a client plan. Raises DatabaseUnavailable."""
    with reading(engine) as connection:
        rows = select(connection, "packages_for_sale", {"client_plan_id": client_plan_id, "today": today})
    return [PackageForSale.of(row) for row in rows]


def channels(
    engine: Engine, cursor: str | None = None, *, package_id: int | None = None, search: str = "", size: int = SIZE
) -> CursorPage[Channel]:
    """Return a page of channels by number, all or those of a package, filtered by words in name, family or number.

    Raises BadCursor, DatabaseUnavailable.
    """
    number, channel = read_cursor(cursor, tuple[Number, int]) or (None, None)
    wanted = {"package_id": package_id, "words": plain(search) or None}
    with reading(engine) as connection:
        rows = select(connection, "channels", wanted | {"after_number": number, "after_id": channel, "size": size + 1})
    return page_of([Channel.of(row) for row in rows], lambda channel: (channel.number, channel.id), size)


def last_sync(engine: Engine) -> Sync | None:
    """Return the last catalogue sync, None before the first. Raises DatabaseUnavailable."""
    with reading(engine) as connection:
        rows = select(connection, "last_sync")
    return Sync.of(rows[0]) if rows else None


def quarantine(engine: Engine, sync: int, cursor: str | None = None) -> CursorPage[Quarantined]:
    """Return a page of the rows that a sync put into quarantine. Raises BadCursor, DatabaseUnavailable."""
    (after,) = read_cursor(cursor, tuple[int]) or (None,)
    with reading(engine) as connection:
        rows = select(connection, "quarantine", {"sync": sync, "after": after, "size": SIZE + 1})
    return page_of([Quarantined.of(row) for row in rows], lambda row: (row.id,))


def parked_subscribers(engine: Engine, cursor: str | None = None) -> CursorPage[ParkedSubscriber]:
    """Return a page of the subscribers that are left alone. Raises BadCursor, DatabaseUnavailable."""
    (after,) = read_cursor(cursor, tuple[int]) or (None,)
    with reading(engine) as connection:
        rows = select(connection, "parked_subscribers", {"after": after, "size": SIZE + 1})
    return page_of([ParkedSubscriber.of(row) for row in rows], lambda row: (row.id,))
