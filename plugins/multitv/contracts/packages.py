"""Extras of a client plan: Add. Pacote, Cancelar Pacote, Apagar Pacote.

Pending billing events stay as they are: the next run of tv_billing voids those that are no longer owed.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, Row

from multitv.changes.change import changing, titled
from multitv.changes.errors import (
    AlreadyBilled,
    AlreadyEnded,
    AlreadySold,
    InvalidValue,
)
from multitv.changes.values import checked_price
from multitv.contracts.client_package import called, lock_client_package, require_extra
from multitv.contracts.client_plan import require_tv
from multitv.contracts.promotions import delete_promotions
from multitv.contracts.rows import ClientPackage
from multitv.database.engine import guarded
from multitv.database.rows import read_as
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
    """Add an extra to a client plan from `added_on` on (default `today`; a later day is allowed).

    `price` is the client's own price a month, in reais: None means the package's price, 0.00 means free.
    Raises NotThere, PlanRefused, PackageRefused, InvalidValue, AlreadySold, DatabaseUnavailable.
    """
    sale = {
        "client_plan_id": client_plan_id,
        "package_id": package_id,
        "price": checked_price(price),
        "added_on": added_on or today,
    }
    with changing(engine, author, "add_package") as change:
        change.lock_client_plan(client_plan_id)
        require_tv(change, client_plan_id, today)
        package = titled(package_id, require_extra(change.connection, package_id))
        _refuse_second_sale(change.connection, sale, package)
        # Whatever else may sell packages, the constraint refuses a second sale.
        by_constraint = AlreadySold("package_sold_meanwhile", package=package, client_plan=client_plan_id)
        with guarded(change.connection, {"client_package_once_a_day": by_constraint}):
            added = change.connection.execute(named("contracts/insert_client_package"), sale).one()
        change.record(None, added.state, client_plan_id=client_plan_id)
    return _row(added)


def cancel_package(
    engine: Engine, author: str, client_package_id: int, *, today: date, cancelled_on: date | None = None
) -> ClientPackage:
    """End a client package and keep its row. `cancelled_on` (default `today`) is the first day without it.

    Repeating it with the same day changes nothing.
    Raises NotThere, InvalidValue (the day is before `added_on`), AlreadyEnded (cancelled with another day),
    DatabaseUnavailable.
    """
    ends = cancelled_on or today
    with changing(engine, author, "cancel_package") as change:
        before = lock_client_package(change, client_package_id)
        if before.cancelled_on == ends:
            return _row(before)
        if before.cancelled_on is not None:
            name = called(change, before)
            raise AlreadyEnded("package_already_cancelled", client_package=name, cancelled_on=before.cancelled_on)
        if ends < before.added_on:
            raise InvalidValue(
                "cancelled_before_added",
                field="cancelled_on",
                client_package=called(change, before),
                added_on=before.added_on,
                cancelled_on=ends,
            )
        after = change.connection.execute(
            named("contracts/cancel_client_package"), {"id": client_package_id, "cancelled_on": ends}
        ).one()
        change.record(before.state, after.state, client_plan_id=before.client_plan_id)
    return _row(after)


def delete_package(engine: Engine, author: str, client_package_id: int) -> ClientPackage:
    """Delete a client package that was never billed, with its promotions, and return its last state.

    Exclusions of billing runs do not prevent it, and they stay: the runs' counts of candidates include them.
    Raises NotThere, AlreadyBilled (an event of any status exists), DatabaseUnavailable.
    """
    with changing(engine, author, "delete_package") as change:
        # Taken before any row lock, because a billing run that is under way may wait for the row.
        change.connection.execute(named("contracts/lock_billing_runs"))
        before = lock_client_package(change, client_package_id)
        billed = change.connection.execute(
            named("contracts/billed_months"), {"id": client_package_id, "added_on": before.added_on}
        ).one()
        if billed.events:
            raise AlreadyBilled(
                "package_billed",
                client_package=called(change, before),
                events=billed.events,
                last_due_date=billed.last_due_date,
            )
        # The foreign key refuses an event that appeared after the count.
        by_key = AlreadyBilled("package_billed_meanwhile", client_package=called(change, before))
        with guarded(change.connection, {"event_client_package_id_fkey": by_key}):
            change.connection.execute(named("contracts/delete_client_package"), {"id": client_package_id})
        delete_promotions(change, before)
        change.record(before.state, None, client_plan_id=before.client_plan_id)
    return _row(before)


def _refuse_second_sale(connection: Connection, sale: dict[str, Any], package: str) -> None:
    sold = connection.execute(named("contracts/sold_already"), sale).first()
    if sold is None:
        return
    client_plan = sale["client_plan_id"]
    if sold.cancelled_on is None:
        raise AlreadySold(
            "package_sold_without_end",
            client_plan=client_plan,
            package=package,
            client_package=sold.id,
            added_on=sold.added_on,
        )
    raise AlreadySold(
        "package_sold_until",
        client_plan=client_plan,
        package=package,
        client_package=sold.id,
        added_on=sold.added_on,
        cancelled_on=sold.cancelled_on,
    )


def _row(row: Row[Any]) -> ClientPackage:
    return read_as(ClientPackage, row)
