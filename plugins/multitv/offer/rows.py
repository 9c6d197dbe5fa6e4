"""The rows that the functions of this room return."""

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
    """A row of tv.package: name, type and activity come from the platform, the rest is the ISP's offer.

    `price` is in reais a month: None means not for sale yet, 0.00 means free. `point_limit` None means no limit.
    """

    id: int
    name: str
    service_type: str
    extra: bool
    price: Decimal | None
    point_limit: int | None
    active: bool
