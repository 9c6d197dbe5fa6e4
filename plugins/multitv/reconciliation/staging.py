"""Writes subscribers as the platform sends them into the staging of a transaction's lane."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from multitv.beenius.models import Page, Subscriber, Subscription, UnreadableSubscriber
from multitv.database.bulk_copy import copy_rows
from multitv.database.sql import named
from multitv.labels import Reason, reasons_as_json

if TYPE_CHECKING:
    from multitv.beenius.client import BeeniusClient
    from multitv.beenius.subscribers import AnySubscriber

COLUMNS = (
    "client_plan_id",
    "external_id",
    "uid",
    "first_name",
    "last_name",
    "status",
    "services",
    "live_until",
    "devices",
    "version",
)
PARKED_COLUMNS = ("client_plan_id", "external_id", "uid", "reasons", "macs")
# Text as PostgreSQL reads it, so that COPY has nothing to convert: building these rows dominates a snapshot's time.
Row = tuple[str | None, ...]
_OURS = re.compile(r"\s*([1-9][0-9]{0,18})\s*")
_GREATEST = str(2**63 - 1)
# So many unreadable subscribers are kept in memory until they are written.
_PARKED_AT_ONCE = 5_000
_encode = msgspec.json.Encoder().encode


def stage_rows(connection: Connection, subscribers: Iterable[AnySubscriber]) -> None:
    """Add subscribers to the staging of the transaction's lane, the unreadable ones as parked."""
    parked: list[Row] = []
    rows = _readable(subscribers, _Services(connection), parked)
    copy_rows(connection, "subscriber", COLUMNS, list(rows))
    copy_rows(connection, "parked_subscriber", PARKED_COLUMNS, parked)


def _row_of(subscriber: Subscriber, services: _Services) -> Row:
    """Return a subscriber as a row of staging.subscriber: live services in order, devices by MAC."""
    external_id = subscriber.external_id
    return (
        _client_plan_of(external_id),
        external_id if external_id is None else _storable(external_id),
        _storable(subscriber.uid),
        _storable(subscriber.first_name),
        _storable(subscriber.last_name),
        subscriber.status,
        services.array(tuple([one.service_uid for one in subscriber.services if one.active_to is None or one.is_live])),
        _live_until(subscriber.services),
        _json(
            {
                device.mac: _DeviceValue(device.device_type_uid, device.serial, device.label)
                for device in subscriber.devices
            }
        ),
        _storable_version(subscriber.version),
    )


def _live_until(services: tuple[Subscription, ...]) -> str | None:
    """Return when the first of the live services ends; of most there is none that ends."""
    ends = [end for one in services if one.active_to is not None and (end := one.live_until)]
    return min(ends).isoformat() if ends else None


def stage_all(connection: Connection, client: BeeniusClient, updated_since: datetime | None = None) -> None:
    """Scan the platform into the empty staging, in a COPY or several. Raises what a scan raises."""

    def repeated() -> bool:
        return bool(connection.execute(named("reconciliation/repeated_subscribers")).scalar_one())

    # Always closed, since pages may still be in flight.
    with closing(_Stream(client, _Services(connection), repeated, updated_since)) as stream:
        while stream.more():
            if stream.is_void:
                connection.execute(named("reconciliation/clear_snapshot"))
            copy_rows(connection, "subscriber", COLUMNS, stream.rows())
            copy_rows(connection, "parked_subscriber", PARKED_COLUMNS, stream.parked())


def _readable(subscribers: Iterable[AnySubscriber], services: _Services, parked: list[Row]) -> Iterator[Row]:
    """Yield the rows of the readable subscribers, and append those of the others to `parked`."""
    for subscriber in subscribers:
        if isinstance(subscriber, Subscriber):
            yield _row_of(subscriber, services)
        else:
            parked.append(_parked_row(subscriber))


def _parked_row(subscriber: UnreadableSubscriber) -> Row:
    reasons = [Reason(fault.code, {"received": fault.received}) for fault in subscriber.faults]
    external_id = subscriber.external_id
    return (
        _client_plan_of(external_id),
        external_id and _storable(external_id),
        subscriber.uid and _storable(subscriber.uid),
        reasons_as_json(reasons).replace("\\u0000", "\\ufffd"),
        f"{{{','.join(subscriber.macs)}}}",
    )


class _Services:
    """Writes services as the catalogue spells them, where it knows one that differs in case only."""

    def __init__(self, connection: Connection) -> None:
        known = connection.execute(named("reconciliation/package_uids")).scalars().all()
        self._exact = frozenset(known)
        self._by_fold = {_folded(uid): uid for uid in known}
        # Many subscribers have the same services.
        self.array = lru_cache(maxsize=4096)(self._array)

    def _array(self, uids: tuple[str, ...]) -> str:
        """Return the sorted literal of a text[]."""
        spelled = {uid if uid in self._exact else self._by_fold.get(_folded(uid), uid) for uid in uids}
        ordered = [uid.replace("\\", "\\\\").replace('"', '\\"') for uid in sorted(map(_storable, spelled))]
        literal = '","'.join(ordered)
        return f'{{"{literal}"}}' if uids else "{}"


class _Stream:
    """The rows of a scan, in one COPY or several; between two of them the connection can be queried."""

    def __init__(
        self,
        client: BeeniusClient,
        services: _Services,
        repeated: Callable[[], bool],
        updated_since: datetime | None,
    ) -> None:
        self._services = services
        self._started_over = False
        self._next: Page[AnySubscriber] | None = None
        self._parked: list[Row] = []
        self._pages = client.scan_subscribers(self._start_over, repeated, updated_since)
        self.is_void = False

    def more(self) -> bool:
        """Advance; return False if the snapshot is complete. `is_void` then tells whether the scan started over."""
        if self._next is None:
            self._next = next(self._pages, None)
        self.is_void, self._started_over = self._started_over, False
        return self._next is not None

    def rows(self) -> Iterator[Row]:
        """Yield rows up to the last page, until the scan starts over, or until many are parked."""
        while (page := self._next) and not self._started_over:
            yield from _readable(page.rows, self._services, self._parked)
            self._next = None if page.last else next(self._pages, None)
            if len(self._parked) >= _PARKED_AT_ONCE:
                return

    def parked(self) -> list[Row]:
        """Return the unreadable subscribers since the last call, as rows of staging.parked_subscriber."""
        parked, self._parked = self._parked, []
        return parked

    def close(self) -> None:
        """Stop fetching pages."""
        self._pages.close()

    def _start_over(self) -> None:
        self._started_over = True


class _DeviceValue(Struct, gc=False):
    """A device as a value of staging.subscriber.devices, whose keys are MACs."""

    device_type_uid: str | None
    serial: str | None
    label: str | None


def _client_plan_of(external_id: str | None) -> str | None:
    ours = external_id and _OURS.fullmatch(external_id)
    if not ours:
        return None
    digits = ours[1]
    return digits if len(digits) < len(_GREATEST) or digits <= _GREATEST else None


def _folded(uid: str) -> str:
    return uid.strip().casefold()


def _storable_version(version: int | None) -> str | None:
    return None if version is None or version >= 2**63 else str(version)


def _json(devices: dict[str, _DeviceValue]) -> str:
    text = _encode(devices).decode()
    if "\\u0000" in text:
        # Not replaced in the JSON text, since a label may contain this escape literally.
        clean = {
            mac: _DeviceValue(
                device.device_type_uid and _storable(device.device_type_uid),
                device.serial and _storable(device.serial),
                device.label and _storable(device.label),
            )
            for mac, device in devices.items()
        }
        text = _encode(clean).decode()
    return text


def _storable(text: str) -> str:
    """Replace NUL, which JSON allows and PostgreSQL's text does not."""
    return text.replace("\0", "\ufffd") if "\0" in text else text
