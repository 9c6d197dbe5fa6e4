"""Extras of a client plan: Add. Pacote, Cancelar Pacote, Apagar Pacote.

What is pending in billing is not touched here: tv_billing re-reads it and voids what is no longer to be charged.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, Row

from multitv.contracts.change import Change, changing, guarded
from multitv.contracts.errors import (
    AlreadyBilled,
    AlreadyEnded,
    AlreadySold,
    InvalidValue,
    NotThere,
    PackageRefused,
)
from multitv.contracts.rows import ClientPackage
from multitv.contracts.values import own_price
from multitv.database.sql import named


def add_package(
    engine: Engine,
    author: str,
    client_plan_id: int,
    package_id: int,
    *,
    today: date,
    price: Decimal | None = None,
    added_on: date | None = None,
) -> ClientPackage:
    """Sell an extra to a client plan from `added_on` on (default today; it may be later).

    `price` is the client's own, in reais: None inherits the package's, 0.00 is free.
    Raises NotThere, PlanRefused, PackageRefused, InvalidValue, AlreadySold, DatabaseUnavailable.
    """
    sale = {
        "client_plan_id": client_plan_id,
        "package_id": package_id,
        "price": own_price(price),
        "added_on": added_on or today,
    }
    with changing(engine, author, "add_package") as change:
        change.hold_client_plan(client_plan_id)
        change.require_tv(client_plan_id, today)
        _require_extra(change.connection, package_id)
        _refuse_second_sale(change.connection, sale)
        # The constraint is the guard, whatever else sells packages.
        by_constraint = AlreadySold(f"Client plan {client_plan_id} was sold package {package_id} just now: look at it.")
        with guarded(change.connection, {"client_package_once_a_day": by_constraint}):
            added = change.connection.execute(named("contracts/insert_client_package"), sale).one()
        change.note(None, added.state, client_plan_id=client_plan_id)
    return _row(added)


def cancel_package(
    engine: Engine, author: str, client_package_id: int, *, today: date, cancelled_on: date | None = None
) -> ClientPackage:
    """End a client package; `cancelled_on` (default today) is the first day without it. The history stays.

    Cancelling it again from the same day changes nothing.
    Raises NotThere, InvalidValue (before it began), AlreadyEnded (cancelled from another day), DatabaseUnavailable.
    """
    ends = cancelled_on or today
    with changing(engine, author, "cancel_package") as change:
        before = _hold(change, client_package_id)
        if before.cancelled_on == ends:
            return _row(before)
        if before.cancelled_on is not None:
            raise AlreadyEnded(
                f"Client package {client_package_id} is cancelled from {before.cancelled_on} on: that stays. To sell "
                "the package again, add it again."
            )
        if ends < before.added_on:
            raise InvalidValue(
                f"Client package {client_package_id} begins on {before.added_on}, after {ends}: cancel it from "
                f"{before.added_on} on, or delete it."
            )
        after = change.connection.execute(
            named("contracts/cancel_client_package"), {"id": client_package_id, "cancelled_on": ends}
        ).one()
        change.note(before.state, after.state, client_plan_id=before.client_plan_id)
    return _row(after)


def delete_package(engine: Engine, author: str, client_package_id: int) -> ClientPackage:
    """Delete a client package that was never billed, and return it as it was.

    A billing run's note that it was *not* charged is no bill: it stays, and so do the run's books.
    Raises NotThere, AlreadyBilled (an event exists, whatever its status), DatabaseUnavailable.
    """
    with changing(engine, author, "delete_package") as change:
        # Before any row is held: a billing run may wait for that row.
        change.connection.execute(named("contracts/hold_billing"))
        before = _hold(change, client_package_id)
        billed = change.connection.execute(named("contracts/billed_months"), {"id": client_package_id}).one()
        if billed.events:
            raise AlreadyBilled(
                f"Client package {client_package_id} was billed (events: {billed.events}, the last for "
                f"{billed.last_due_date}), so it stays as history: cancel it instead."
            )
        # The foreign key is the guard, whatever the count above saw.
        by_key = AlreadyBilled(f"Client package {client_package_id} was billed: cancel it instead.")
        with guarded(change.connection, {"event_client_package_id_fkey": by_key}):
            change.connection.execute(named("contracts/delete_client_package"), {"id": client_package_id})
        change.note(before.state, None, client_plan_id=before.client_plan_id)
    return _row(before)


def _hold(change: Change, client_package_id: int) -> Row[Any]:
    missing = NotThere(f"There is no client package {client_package_id}: it was deleted, or the number is wrong.")
    of = {"id": client_package_id}
    client_plan_id = change.connection.scalar(named("contracts/plan_of_package"), of)
    if client_plan_id is None:
        raise missing
    change.hold_client_plan(client_plan_id)
    held = change.connection.execute(named("contracts/hold_client_package"), of).one_or_none()
    if held is None:
        raise missing
    return held


def _require_extra(connection: Connection, package_id: int) -> None:
    package = connection.execute(named("contracts/read_package"), {"package_id": package_id}).one_or_none()
    if package is None:
        raise NotThere(f"There is no package {package_id}: check the number, or run tv_catalog_sync.")
    if not package.active:
        raise PackageRefused(f"Package {package_id} ({package.name}) left the platform: choose another.")
    if not package.extra:
        raise PackageRefused(
            f"Package {package_id} ({package.name}) is not an extra: set Pacote Extra to Sim, or make it a plan's "
            "default package."
        )


def _refuse_second_sale(connection: Connection, sale: dict[str, Any]) -> None:
    sold = connection.execute(named("contracts/sold_already"), sale).first()
    if sold is None:
        return
    until = f"until the day before {sold.cancelled_on}" if sold.cancelled_on else "without an end"
    raise AlreadySold(
        f"Client plan {sale['client_plan_id']} has package {sale['package_id']} from {sold.added_on} {until} (client "
        f"package {sold.id}): cancel that one first, or add it for later days."
    )


def _row(row: Row[Any]) -> ClientPackage:
    return ClientPackage(*row[:-1])
