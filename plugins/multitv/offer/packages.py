"""How the ISP offers a package: Pacote Extra, Valor Pacote and limit of points. The catalogue's sync leaves them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, Row

from multitv.changes.change import Change, changing, titled
from multitv.changes.errors import NotThere, PackageRefused
from multitv.changes.values import own_price
from multitv.changes.values import point_limit as checked_limit
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
    """Say whether a package is sold as an extra, for how much, and how many points it allows.

    A package that left the platform may be changed too: it may come back. The same values again change nothing.
    What was sold of it stays; a price counts from the next billing run on, for what is not processed yet.
    Raises NotThere, InvalidValue, PackageRefused (an extra that is a plan's default), DatabaseUnavailable.
    """
    wanted = {"extra": extra, "price": own_price(price), "point_limit": checked_limit(point_limit)}
    with changing(engine, author, "change_offer") as change:
        before = _hold(change, package_id)
        if (before.extra, before.price, before.point_limit) == tuple(wanted.values()):
            return _row(before)
        if extra and not before.extra:
            _refuse_default(change, before)
        after = change.connection.execute(named("offer/update_package"), {"id": package_id, **wanted}).one()
        change.note(before.state, after.state, package_id=package_id)
    return _row(after)


def _hold(change: Change, package_id: int) -> Row[Any]:
    change.hold_package(package_id)
    held = change.connection.execute(named("offer/lock_package"), {"id": package_id}).one_or_none()
    if held is None:
        raise NotThere(f"Não há pacote {package_id}: confira o número, ou sincronize o catálogo (tv_catalog_sync).")
    return held


def _refuse_default(change: Change, package: Row[Any]) -> None:
    plans = change.connection.execute(named("offer/plans_of_default_package"), {"package_id": package.id}).all()
    if not plans:
        return
    shown = ", ".join(titled(plan.service_plan_id, plan.name) for plan in plans[:_NAMED_PLANS])
    others = f" e mais {len(plans) - _NAMED_PLANS}" if len(plans) > _NAMED_PLANS else ""
    raise PackageRefused(
        f"O pacote {titled(package.id, package.name)} é o “Pacote liberado no Plano” destes planos de serviço: "
        f"{shown}{others}. Um pacote incluído no plano não pode ser Pacote Extra: escolha antes outro pacote neles."
    )


def _row(row: Row[Any]) -> Offer:
    return Offer(*row[:-1])
