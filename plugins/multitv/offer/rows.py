"""The rows of this room, as its functions return them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class PlanSetting:
    """A row of tv.service_plan_setting: the TV tab of a service plan."""

    service_plan_id: int
    allows_tv: bool
    package_id: int | None


@dataclass(frozen=True)
class Offer:
    """A row of tv.package: the platform's name, type and activity, and how the ISP offers it.

    `price` is in reais; None: not for sale yet, 0.00: free. `point_limit` None: no limit.
    """

    id: int
    name: str
    service_type: str
    extra: bool
    price: Decimal | None
    point_limit: int | None
    active: bool
