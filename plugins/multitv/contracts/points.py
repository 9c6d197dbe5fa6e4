"""Points of a client plan: Add. Ponto, Editar Ponto, Retirar Ponto, Trocar Ponto."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Engine, Row

from multitv.changes.change import Change, changing, titled
from multitv.changes.errors import AlreadyEnded, InvalidValue, MacTaken, NotThere, PointLimitReached
from multitv.changes.values import TextField, checked_text, mac_address
from multitv.contracts.client_plan import require_tv
from multitv.contracts.rows import ClientPoint
from multitv.database.engine import guarded
from multitv.database.locks import lock
from multitv.database.rows import read_as
from multitv.database.sql import named


def add_point(
    engine: Engine,
    author: str,
    client_plan_id: int,
    *,
    mac: str,
    serial: str,
    device_type: str,
    label: str,
    today: date,
) -> ClientPoint:
    """Add a set-top box to a client plan, from `today` on.

    The limit is the greatest point limit of the active packages served today: the service plan's default package and
    the extras in force. A package without a limit removes the limit; without any package no point is allowed.
    Raises NotThere, PlanRefused, InvalidValue, MacTaken, PointLimitReached, DatabaseUnavailable.
    """
    device = _device(mac, serial, device_type)
    point = device | {"label": checked_text("label", label), "client_plan_id": client_plan_id, "added_on": today}
    with changing(engine, author, "add_point") as change:
        change.lock_client_plan(client_plan_id)
        service_plan_id = require_tv(change, client_plan_id, today)
        _require_room(change, client_plan_id, service_plan_id, today)
        after = _with_mac(change, device["mac"], "contracts/insert_client_point", point)
        change.record(None, after.state, client_plan_id=client_plan_id)
    return _row(after)


def edit_point(
    engine: Engine,
    author: str,
    point_id: int,
    *,
    label: str | None = None,
    serial: str | None = None,
    device_type: str | None = None,
) -> ClientPoint:
    """Correct the data of a point. None leaves a field as it is; the MAC changes only with swap_point.

    Raises NotThere, InvalidValue, AlreadyEnded, DatabaseUnavailable.
    """
    typed: dict[TextField, str | None] = {"label": label, "serial": serial, "device_type": device_type}
    edited = {field: checked_text(field, text) for field, text in typed.items() if text is not None}
    with changing(engine, author, "edit_point") as change:
        before = _lock(change, point_id)
        after = change.connection.execute(named("contracts/update_client_point"), _stored(before) | edited).one()
        if after.state != before.state:
            change.record(before.state, after.state, client_plan_id=before.client_plan_id)
    return _row(after)


def remove_point(engine: Engine, author: str, point_id: int, *, today: date) -> ClientPoint:
    """End a point on `today` and keep its row. Its MAC may be used on another point at once.

    Raises NotThere, AlreadyEnded, DatabaseUnavailable.
    """
    with changing(engine, author, "remove_point") as change:
        before = _lock(change, point_id)
        # A point that starts later ends on its first day, so that it never counts.
        removed_on = max(today, before.added_on)
        after = change.connection.execute(
            named("contracts/update_client_point"), _stored(before) | {"removed_on": removed_on}
        ).one()
        change.record(before.state, after.state, client_plan_id=before.client_plan_id)
    return _row(after)


def swap_point(
    engine: Engine, author: str, point_id: int, *, mac: str, serial: str, device_type: str, today: date
) -> ClientPoint:
    """Put another device at a point, which keeps its id and label. The audit row records the old device.

    Raises NotThere, PlanRefused, InvalidValue, AlreadyEnded, MacTaken, DatabaseUnavailable.
    """
    device = _device(mac, serial, device_type)
    with changing(engine, author, "swap_point") as change:
        before = _lock(change, point_id)
        if before.mac == device["mac"]:
            raise InvalidValue("mac_at_this_point", field="mac", point=titled(before.id, before.label), mac=before.mac)
        require_tv(change, before.client_plan_id, today)
        after = _with_mac(
            change, device["mac"], "contracts/update_client_point", _stored(before) | device, leaves=before.mac
        )
        change.record(before.state, after.state, client_plan_id=before.client_plan_id)
    return _row(after)


def _device(mac: str, serial: str, device_type: str) -> dict[str, str]:
    return {
        "mac": mac_address(mac),
        "serial": checked_text("serial", serial),
        "device_type": checked_text("device_type", device_type),
    }


def _lock(change: Change, point_id: int) -> Row[Any]:
    missing = NotThere("point_unknown", point=point_id)
    locked = change.lock_row("contracts/plan_of_point", "contracts/lock_client_point", point_id, missing)
    if locked.removed_on is not None:
        raise AlreadyEnded("point_already_removed", point=titled(locked.id, locked.label), removed_on=locked.removed_on)
    return locked


def _require_room(change: Change, client_plan_id: int, service_plan_id: int, today: date) -> None:
    room = change.connection.execute(
        named("contracts/count_points"),
        {"client_plan_id": client_plan_id, "service_plan_id": service_plan_id, "today": today},
    ).one()
    if not room.packages:
        raise PointLimitReached("point_without_package", client_plan=client_plan_id, service_plan=service_plan_id)
    if room.point_limit is not None and room.points >= room.point_limit:
        raise PointLimitReached(
            "point_over_limit", client_plan=client_plan_id, points=room.points, limit=room.point_limit
        )


def _with_mac(
    change: Change, mac: str, statement: str, parameters: dict[str, Any], *, leaves: str | None = None
) -> Row[Any]:
    """Run the statement that puts `mac` on a point and takes `leaves` off it. Return its row.

    Raises MacTaken if an active point has the MAC.
    """
    # Always locked in the same order, or two clients that exchange devices would deadlock.
    for name in sorted({mac, leaves or mac}):
        lock(change.connection, f"mac {name}")
    holder = change.connection.execute(named("contracts/mac_holder"), {"mac": mac}).one_or_none()
    if holder is not None:
        raise MacTaken("mac_at_other_point", mac=mac, point=holder.id, client_plan=holder.client_plan_id)
    # Whatever else may write points, the index refuses a second use of the MAC.
    by_index = MacTaken("mac_taken_meanwhile", mac=mac)
    with guarded(change.connection, {"client_point_mac": by_index}):
        return change.connection.execute(named(statement), parameters).one()


def _stored(point: Row[Any]) -> dict[str, Any]:
    return dict(point._mapping)


def _row(row: Row[Any]) -> ClientPoint:
    return read_as(ClientPoint, row)
