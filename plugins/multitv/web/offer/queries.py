"""Planos e Serviços, Pacotes e canais: what the ISP sells, and where the catalogue comes from."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta
from sqlalchemy import Engine

from multitv.database.engine import reading
from multitv.labels import Reason
from multitv.web.core.paging import SIZE, Page, page_of, read_cursor
from multitv.web.core.rows import NoSuchRow, Shown, select
from multitv.web.core.search_text import plain

# What the column holds; a greater one would be an error of the database.
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
    """A package of the catalogue; `extra`, `price` and `point_limit` are the ISP's. `channels`: active ones."""

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
    """An extra that may be added to a client plan; `sold`: it has it already."""

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
    """The last catalogue sync: what it read, changed, and put into quarantine."""

    id: int
    started_at: datetime
    merged_at: datetime
    channels: int
    packages: int
    package_channels: int
    quarantined: int
    changes: int


class Quarantined(Shown):
    """A row of the platform's catalogue that was refused, and everything that is wrong with it. `content` is JSON."""

    id: int
    entity: str
    platform_uid: str | None
    reasons: list[Reason]
    content: str


def service_plans(engine: Engine, cursor: str | None = None) -> Page[ServicePlan]:
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
        raise NoSuchRow(f"O ERP não tem o plano de serviço {service_plan_id}.")
    return ServicePlan.of(rows[0])


def default_packages(engine: Engine) -> list[PackageName]:
    """Return the packages that may be released with a plan. Raises DatabaseUnavailable."""
    with reading(engine) as connection:
        return [PackageName.of(row) for row in select(connection, "default_packages")]


def packages(engine: Engine, cursor: str | None = None) -> Page[Package]:
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
        raise NoSuchRow(f"Não há pacote {package_id}.")
    return Package.of(rows[0])


def packages_for_sale(engine: Engine, client_plan_id: int, today: date) -> list[PackageForSale]:
    """Return the extras that the form Novo Pacote Extra lists. Raises DatabaseUnavailable."""
    with reading(engine) as connection:
        rows = select(connection, "packages_for_sale", {"client_plan_id": client_plan_id, "today": today})
    return [PackageForSale.of(row) for row in rows]


def channels(
    engine: Engine, cursor: str | None = None, *, package_id: int | None = None, search: str = "", size: int = SIZE
) -> Page[Channel]:
    """Return a page of channels by number, all or a package's, whose name, family or number holds what is searched.

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


def quarantine(engine: Engine, sync: int, cursor: str | None = None) -> Page[Quarantined]:
    """Return a page of what a sync put into quarantine. Raises BadCursor, DatabaseUnavailable."""
    (after,) = read_cursor(cursor, tuple[int]) or (None,)
    with reading(engine) as connection:
        rows = select(connection, "quarantine", {"sync": sync, "after": after, "size": SIZE + 1})
    return page_of([Quarantined.of(row) for row in rows], lambda row: (row.id,))
