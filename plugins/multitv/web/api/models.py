"""What a program sends, and how it is told that it was refused."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from multitv.web.forms import FIRST_DAY, LAST_DAY, IsoDay
from multitv.web.paging import MAX_ID

_MONEY = re.compile(r"[0-9]{1,10}\.[0-9]{2}")


def _money(value: object) -> object:
    if value is not None and not (isinstance(value, str) and _MONEY.fullmatch(value)):
        raise ValueError('money is text with two decimals, such as "29.90"')
    return value


Money = Annotated[
    Decimal,
    BeforeValidator(_money),
    WithJsonSchema({"type": "string", "pattern": f"^{_MONEY.pattern}$", "examples": ["29.90"]}),
]
Id = Annotated[int, Field(ge=1, le=MAX_ID, strict=True)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Day = Annotated[IsoDay, Field(ge=FIRST_DAY, le=LAST_DAY)]


class ErrorDetail(BaseModel):
    """`code` is for programs, `message` for people (in Portuguese), `field` the value that is wrong, if one is."""

    code: str
    message: str
    field: str | None


class ErrorBody(BaseModel):
    error: ErrorDetail


class Body(BaseModel):
    """What a program sends: a name that is not known is an error and not ignored."""

    model_config = ConfigDict(extra="forbid")


class TvTab(Body):
    """The TV tab of a service plan. `package_id` null: the released package stays as it is."""

    allows_tv: Annotated[bool, Field(strict=True)]
    package_id: Id | None = None


class OfferBody(Body):
    """What the ISP decides of a package. `price` null: not for sale yet; `point_limit` null: no limit."""

    extra: Annotated[bool, Field(strict=True)]
    price: Money | None
    point_limit: Annotated[int, Field(ge=0, le=1000, strict=True)] | None


class NewPackage(Body):
    """An extra for a client plan. `price` null: the package's; `added_on` null: today."""

    package_id: Id
    price: Money | None = None
    added_on: Day | None = None


class Cancellation(Body):
    """`cancelled_on`: the first day without the package; null: today."""

    cancelled_on: Day | None = None


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


class Saving(Body):
    """`preview_id`: the list that is approved. `allow_voids`: void more pending events than is plausible."""

    preview_id: Id
    allow_past: Annotated[bool, Field(strict=True)] = False
    allow_voids: Annotated[bool, Field(strict=True)] = False


class Started(BaseModel):
    """A DAG run that was started, or was there already."""

    dag_id: str
    run_id: str


class TaskState(BaseModel):
    task_id: str
    name: str
    state: str | None


class RunState(BaseModel):
    """A DAG run. `question`: what a task that waits for a person asks."""

    dag_id: str
    run_id: str
    state: str
    tasks: list[TaskState]
    question: str | None


class Pin(BaseModel):
    auth_pin: str
