"""The ISP's offer of a package: Pacote Extra, Valor Pacote and point limit. The catalogue sync never changes them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, Row

from multitv.changes.change import Change, changing, titled
from multitv.changes.errors import NotThere, PackageRefused
from multitv.changes.values import checked_point_limit, checked_price
from multitv.database.rows import read_as
from multitv.database.sql import named
from multitv.offer.rows import Offer

_NAMED_PLANS = 10


def change_offer(
    engine: Engine,
    author: str,
    package_id: int,
    *,
    extra: bool,
    price: Decimal | None,
    point_limit: int | None,
) -> Offer:
    """Set whether a package is sold as an extra, its price in reais a month, and the number of points it allows.

    A package that left the platform may be changed too, because it may come back. The same values change nothing.
    Sold packages stay sold; a new price counts from the next billing run on, for events that are not processed.
    Raises NotThere, InvalidValue, PackageRefused (an extra that is a plan's default), DatabaseUnavailable.
    """
    wanted = {"extra": extra, "price": checked_price(price), "point_limit": checked_point_limit(point_limit)}
    with changing(engine, author, "change_offer") as change:
        before = _lock(change, package_id)
        if (before.extra, before.price, before.point_limit) == tuple(wanted.values()):
            return _row(before)
        if extra and not before.extra:
            _refuse_default(change, before)
        after = change.connection.execute(named("offer/update_package"), {"id": package_id, **wanted}).one()
        change.record(before.state, after.state, package_id=package_id)
    return _row(after)


def _lock(change: Change, package_id: int) -> Row[Any]:
    change.lock_package(package_id)
    locked = change.connection.execute(named("offer/lock_package"), {"id": package_id}).one_or_none()
    if locked is None:
        raise NotThere("package_unknown", package=package_id)
    return locked


def _refuse_default(change: Change, package: Row[Any]) -> None:
    plans = change.connection.execute(named("offer/plans_of_default_package"), {"package_id": package.id}).all()
    if not plans:
        return
    called = titled(package.id, package.name)
    shown = ", ".join(titled(plan.service_plan_id, plan.name) for plan in plans[:_NAMED_PLANS])
    others = len(plans) - _NAMED_PLANS
    if others > 0:
        raise PackageRefused("extra_is_default_package_of_many", package=called, service_plans=shown, others=others)
    raise PackageRefused("extra_is_default_package", package=called, service_plans=shown)


def _row(row: Row[Any]) -> Offer:
    return read_as(Offer, row)
