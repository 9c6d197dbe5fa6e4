"""What goes over the wire, typed. Unknown fields are ignored, the needed ones must be there and right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

from msgspec import Meta, Struct, field
from msgspec.structs import force_setattr
from pydantic import SecretStr

R = TypeVar("R")

Status = Literal["ACTIVE", "SUSPENDED", "INACTIVE"]
Uid = Annotated[str, Meta(pattern=r"\S")]
Count = Annotated[int, Meta(ge=0)]
Moment = Annotated[datetime, Meta(tz=True)]


# The contract says lower case with colons; upper case was seen.
Mac = Annotated[str, Meta(pattern=r"^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$")]


class Wire(Struct, frozen=True, gc=False):
    """Immutable, and out of the garbage collector's sight: a scan makes millions of them, none in a cycle."""


class Token(Wire, frozen=True):
    access_token: SecretStr


class PageBody(Wire, Generic[R], frozen=True):
    """One page of a list."""

    rows: list[R] = field(name="list")
    number: Count = field(name="pageNumber")
    size: Annotated[int, Meta(gt=0)] = field(name="pageSize")
    row_count: Count = field(name="rowCount")


class Subscription(Wire, frozen=True):
    """A service of a subscriber; live while `active_to` is None."""

    service_uid: Uid
    active_from: Moment
    active_to: Moment | None = None


class Device(Wire, frozen=True):
    """A set-top box; the MAC is in lower case with colons, whatever the platform sent."""

    mac: Mac
    device_type_uid: Uid
    serial: str | None = None
    label: str | None = None
    status: str | None = None

    def __post_init__(self) -> None:
        if not self.mac.islower():
            force_setattr(self, "mac", self.mac.lower())


class Subscriber(Wire, frozen=True):
    """A subscriber as read. `external_id` is a client plan's id as text; None on what was made by hand."""

    uid: Uid
    first_name: str
    last_name: str
    status: Status
    services: tuple[Subscription, ...]
    devices: tuple[Device, ...]
    version: Count
    updated_at: Moment
    external_id: str | None = None


class CreatedSubscriber(Subscriber, frozen=True):
    """A subscriber just created. The PIN is None if this answer repeats an earlier one, which alone had it."""

    auth_pin: SecretStr | None = None


class AuthPin(Wire, frozen=True):
    auth_pin: SecretStr | None = None


class ErrorDetail(Wire, frozen=True):
    code: str
    message: str = ""
    field: str | None = None
    uid: str | None = None


class ErrorBody(Wire, frozen=True):
    error: ErrorDetail


@dataclass(frozen=True)
class Page(Generic[R]):
    """A page of a list in mid-scan. Each row has a text `uid`."""

    resource: str
    number: int
    rows: Sequence[R]
    row_count: int
