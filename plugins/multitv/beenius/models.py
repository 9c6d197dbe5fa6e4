"""Typed wire models. They decode only the fields that are read, since decoding dominates a scan's time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Generic, Literal, TypeVar

from msgspec import Meta, Struct, field
from pydantic import SecretStr

R = TypeVar("R")

Status = Literal["ACTIVE", "SUSPENDED", "INACTIVE"]
Uid = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=0)]
_digits = re.compile(r"[0-9a-f]{12}").fullmatch
# A service that ends this late is live: a platform may give every service an end. Its clock may be ahead of ours.
_STILL_LIVE = timedelta(hours=1)
_SEPARATORS = str.maketrans("", "", ":-. ")


def mac_of(written: str) -> str | None:
    """Return a MAC in lower case with colons, however it is written; None if it is none."""
    digits = written.strip().lower().translate(_SEPARATORS)
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2)) if _digits(digits) else None


class Wire(Struct, frozen=True, gc=False):
    """Immutable and not tracked by the garbage collector: a scan makes millions of them, none in a cycle."""


class Token(Wire, frozen=True):
    access_token: SecretStr


class PageBody(Wire, Generic[R], frozen=True):
    """One page of a list."""

    rows: list[R] = field(name="list")
    number: Count = field(name="pageNumber")
    size: Annotated[int, Meta(gt=0)] = field(name="pageSize")
    row_count: Count = field(name="rowCount")


class Subscription(Wire, frozen=True):
    """A service of a subscriber, live until `active_to`."""

    service_uid: Uid
    active_to: datetime | None = None

    @property
    def is_live(self) -> bool:
        """Whether it has no end, or one that is not near."""
        end = self._end
        return end is None or end > datetime.now(UTC) + _STILL_LIVE

    @property
    def live_until(self) -> datetime | None:
        """From when on the end of a service that is live counts as near; None if it has no end, or is not live."""
        end = self._end
        # The first years of the calendar, which some write for none, have nothing before them.
        return end - _STILL_LIVE if end is not None and self.is_live else None

    @property
    def _end(self) -> datetime | None:
        end = self.active_to
        # A time without an offset is in UTC, as all times of the contract.
        return end.replace(tzinfo=UTC) if end is not None and end.tzinfo is None else end


class Device(Wire, frozen=True):
    """A set-top box; its MAC is in lower case with colons, however the platform writes it: see `subscribers`."""

    mac: str
    device_type_uid: str | None = None
    serial: str | None = None
    label: str | None = None
    status: str | None = None


class Subscriber(Wire, frozen=True):
    """A subscriber as read. `external_id` is a client plan's id as text; None if it was created by hand.

    `version` is None if the platform gave none that can be sent back.
    """

    uid: Uid
    first_name: str
    last_name: str
    status: Status
    services: tuple[Subscription, ...]
    devices: tuple[Device, ...]
    version: Count | None
    external_id: str | None = None


class Fault(Wire, frozen=True):
    """Why a subscriber cannot be read: a code, and what came instead."""

    code: str
    received: str


class UnreadableSubscriber(Wire, frozen=True):
    """A subscriber of which something is unknown that has to be known before it is changed."""

    uid: str | None
    external_id: str | None
    faults: tuple[Fault, ...]
    # Of the devices that can be read.
    macs: tuple[str, ...] = ()


@dataclass(frozen=True)
class CreatedSubscriber:
    """A subscriber just created. The PIN is None if this answer has none: only the first one has it."""

    uid: str
    auth_pin: SecretStr | None = None


class ErrorDetail(Wire, frozen=True):
    code: str
    message: str = ""
    field: str | None = None
    uid: str | None = None


class ErrorBody(Wire, frozen=True):
    error: ErrorDetail


@dataclass(frozen=True)
class Counted:
    """How many rows a list has; `at` is the platform's clock, None if it does not tell the time."""

    rows: int
    at: datetime | None


@dataclass(frozen=True)
class Page(Generic[R]):
    """A page of a list during a scan. Each row has a text `uid`."""

    resource: str
    number: int
    rows: Sequence[R]
    row_count: int
    last: bool


def folded_uid(uid: str) -> str:
    """Return a uid in the form in which two spellings of one are equal, as `reconciliation.folded_uid` does in SQL."""
    return uid.strip().casefold()
