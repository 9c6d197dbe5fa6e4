"""What a program sends to change a contract, and the PIN that it is given."""

from __future__ import annotations

from pydantic import BaseModel

from multitv.web.core.forms import IsoDay
from multitv.web.core.models import Body, Id, Money, Text


class NewPackage(Body):
    """An extra for a client plan. `price` null: the package's; `added_on` null: today."""

    package_id: Id
    price: Money | None = None
    added_on: IsoDay | None = None


class Cancellation(Body):
    """`cancelled_on`: the first day without the package; null: today."""

    cancelled_on: IsoDay | None = None


class Device(Body):
    mac: Text
    serial: Text
    device_type: Text


class NewPoint(Device):
    label: Text


class PointChange(Body):
    """What is null stays as it is."""

    label: Text | None = None
    serial: Text | None = None
    device_type: Text | None = None


class Pin(BaseModel):
    auth_pin: str
