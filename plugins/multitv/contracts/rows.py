"""The rows of this room, as its functions return them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class ClientPackage:
    """A row of tv.client_package: an extra of a client plan.

    `price` is in reais; None inherits the package's, 0.00 is free. `cancelled_on` is the first day without it.
    """

    id: int
    client_plan_id: int
    package_id: int
    price: Decimal | None
    added_on: date
    cancelled_on: date | None


@dataclass(frozen=True)
class ClientPoint:
    """A row of tv.client_point: a set-top box at the client. `removed_on` None: it is there."""

    id: int
    client_plan_id: int
    mac: str
    serial: str
    device_type: str
    label: str
    added_on: date
    removed_on: date | None


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
