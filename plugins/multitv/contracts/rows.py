"""The rows that the functions of this room return."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class ClientPackage:
    """A row of tv.client_package: an extra of a client plan.

    `price` is in reais a month: None means the package's price, 0.00 means free. `cancelled_on` is the first day
    without the package.
    """

    id: int
    client_plan_id: int
    package_id: int
    price: Decimal | None
    added_on: date
    cancelled_on: date | None


@dataclass(frozen=True)
class ClientPoint:
    """A row of tv.client_point: a set-top box at the client. `removed_on` is None while it is in use."""

    id: int
    client_plan_id: int
    mac: str
    serial: str
    device_type: str
    label: str
    added_on: date
    removed_on: date | None


@dataclass(frozen=True)
class Promotion:
    """A row of tv.promotion: what a client package costs on the days from `since` until before `until`.

    `price` is in reais a month: 0.00 means free.
    """

    id: int
    client_package_id: int
    price: Decimal
    since: date
    until: date
