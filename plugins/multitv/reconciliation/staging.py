"""Writes subscribers as the platform sends them into the staging of a transaction's lane."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from multitv.beenius.models import Page, Subscriber, Subscription, UnreadableSubscriber, folded_uid
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
_GREATEST = 2**63 - 1
_DIGITS = len(str(_GREATEST))
# So many unreadable subscribers are kept in memory until they are written.
_PARKED_AT_ONCE = 5_000
_encode_lines = msgspec.json.Encoder().encode_lines


def stage_rows(connection: Connection, subscribers: Iterable[AnySubscriber]) -> None:
    """Add subscribers to the staging of the transaction's lane, the unreadable ones as parked."""
    parked: list[Row] = []
    rows = _readable(list(subscribers), _Services(connection), parked)
    copy_rows(connection, "subscriber", COLUMNS, rows)
    copy_rows(connection, "parked_subscriber", PARKED_COLUMNS, parked)


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


def _readable(subscribers: Sequence[AnySubscriber], services: _Services, parked: list[Row]) -> list[Row]:
    """Return the rows of the readable subscribers, and append those of the others to `parked`."""
    sound = [one for one in subscribers if isinstance(one, Subscriber)]
    if len(sound) < len(subscribers):
        parked.extend(_parked_row(one) for one in subscribers if not isinstance(one, Subscriber))
    live = [services.of(one.services) for one in sound]
    return list(map(_row_of, sound, live, _devices_of(sound)))


def _row_of(subscriber: Subscriber, services: tuple[str, str | None], devices: str) -> Row:
    """Return a subscriber as a row of staging.subscriber: live services in order, devices by MAC."""
    external_id, version = subscriber.external_id, subscriber.version
    array, live_until = services
    return (
        _client_plan_of(external_id),
        external_id,
        subscriber.uid,
        subscriber.first_name,
        subscriber.last_name,
        subscriber.status,
        array,
        live_until,
        devices,
        None if version is None or version > _GREATEST else str(version),
    )


def _devices_of(subscribers: Iterable[Subscriber]) -> list[str]:
    """Return the devices of each as JSON, by MAC. All at once, since a call for each takes longer than the JSON."""
    lines = _encode_lines(
        [
            {
                device.mac: _DeviceValue(device.device_type_uid, device.serial, device.label)
                for device in subscriber.devices
            }
            for subscriber in subscribers
        ]
    )
    return lines.decode().split("\n")[:-1]


def _parked_row(subscriber: UnreadableSubscriber) -> Row:
    reasons = [Reason(fault.code, {"received": fault.received}) for fault in subscriber.faults]
    external_id = subscriber.external_id
    return (
        _client_plan_of(external_id),
        external_id,
        subscriber.uid,
        reasons_as_json(reasons).replace("\\u0000", "\\ufffd"),
        f"{{{','.join(subscriber.macs)}}}",
    )


class _Services:
    """Writes services as the catalogue spells them, where it knows one that differs in case only."""

    def __init__(self, connection: Connection) -> None:
        known = connection.execute(named("reconciliation/package_uids")).scalars().all()
        self._exact = frozenset(known)
        self._by_fold = {folded_uid(uid): uid for uid in known}
        # Many subscribers have the same services.
        self.of = lru_cache(maxsize=4096)(self._of)

    def _of(self, services: tuple[Subscription, ...]) -> tuple[str, str | None]:
        """Return the live services as the sorted literal of a text[], and when the first of them ends."""
        live = [one for one in services if one.is_live]
        ends = [end for one in live if (end := one.live_until)]
        return self._array([one.service_uid for one in live]), min(ends).isoformat() if ends else None

    def _array(self, uids: list[str]) -> str:
        spelled = {uid if uid in self._exact else self._by_fold.get(folded_uid(uid), uid) for uid in uids}
        ordered = [uid.replace("\\", "\\\\").replace('"', '\\"') for uid in sorted(spelled)]
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
    """Return an external_id that may be ours as a bigint: digits without a leading zero, and blanks around them."""
    digits = external_id.strip() if external_id else ""
    if not (digits.isascii() and digits.isdigit()) or digits[0] == "0":
        return None
    return digits if len(digits) < _DIGITS or (len(digits) == _DIGITS and int(digits) <= _GREATEST) else None
