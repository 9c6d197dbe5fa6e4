"""Makes an offer of whatever packages a catalogue has, for a demo population on another platform than the sandbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import count, cycle

from sqlalchemy import Engine

from include.sandbox.population.offer import SERVICE_PLANS, Offer, Package, ServicePlan
from include.sandbox.population.statements import statement
from multitv.database.engine import transaction

# Fewer extras are all sold for money; of so many, one has no price yet and one is free.
ENOUGH_EXTRAS = 4
PRICES = tuple(map(Decimal, ("29.90", "34.90", "89.90", "39.90", "24.90", "14.90")))
TV_PLANS = (("Fibra 300 Mega", Decimal("119.90"), 5), ("Fibra 500 Mega", Decimal("139.90"), 4))


@dataclass(frozen=True)
class Known(Package):
    """A package of the catalogue, with what the ISP has set so far."""

    active: bool


def known_packages(engine: Engine) -> list[Known]:
    """Return the packages of the catalogue. Raises DatabaseUnavailable."""
    with transaction(engine) as connection:
        return [Known(**row) for row in connection.execute(statement("known_packages")).mappings()]


def fitted(known: Iterable[Known], device_types: Sequence[str]) -> Offer:
    """Return an offer of the packages that are known: basic ones in service plans, extras for sale.

    Keeps the prices that are set, and lets an extra without one have a price, in turn; the last two may stay without a
    price and be free.
    """
    known = list(known)
    basics = [one for one in known if one.active and one.service_type == "BASIC_SERVICE" and not one.extra]
    extras = [one for one in known if one.active and one.extra]
    fresh = [one.platform_uid for one in extras if one.price is None]
    spared = fresh[-2:] if len(extras) >= ENOUGH_EXTRAS and len(fresh) > 1 else []
    free, unpriced = spared or (None, None)
    free = next((one.platform_uid for one in extras if one.price == 0), free)
    in_turn = dict(zip((uid for uid in fresh if uid not in spared), cycle(PRICES), strict=False))
    if free is not None:
        in_turn[free] = Decimal("0.00")
    packages = tuple(
        Package(
            one.platform_uid,
            one.name,
            one.service_type,
            one.extra,
            in_turn.get(one.platform_uid, one.price),
            one.point_limit,
        )
        for one in (*basics, *extras)
    )
    return Offer(
        service_plans=_service_plans(basics),
        packages=packages,
        everyday=tuple(one.platform_uid for one in packages if one.extra and one.price),
        mistaken=basics[-1].platform_uid if basics else None,
        discontinued=next((one.platform_uid for one in known if one.extra and not one.active), None),
        unpriced=unpriced,
        free=free,
        device_types=tuple(device_types),
    )


def gaps(offer: Offer) -> list[str]:
    """Return a line for each thing that a demo population with this offer does without."""
    basics = sum(not package.extra for package in offer.packages)
    extras = len(offer.packages) - basics
    missing = {
        "no basic package: nobody has TV": not basics,
        "a single basic package: no service plan can get another default package": basics == 1,
        "no extra: nobody buys one, and nothing is charged": not extras,
        "no device type: nobody has a point": not offer.device_types,
    }
    return [line for line, applies in missing.items() if applies]


def _service_plans(basics: Sequence[Package]) -> tuple[ServicePlan, ...]:
    """Return the service plans without TV as they always are, and some for each basic package."""
    without = [plan for plan in SERVICE_PLANS if not plan.allows_tv]
    ids = count(max(plan.id for plan in without) + 1)
    with_tv = (
        ServicePlan(next(ids), f"{internet} + {basic.name}", price, basic.platform_uid, weight)
        for basic in basics
        for internet, price, weight in TV_PLANS
    )
    return (*without, *with_tv)
