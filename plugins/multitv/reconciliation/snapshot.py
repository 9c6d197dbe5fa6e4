"""Stages the platform's subscribers, all of them and proven complete, with a page in memory at a time."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import lru_cache

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Engine

from multitv.beenius.client import BeeniusClient
from multitv.beenius.models import Page, Subscriber
from multitv.database.bulk_copy import copy_rows
from multitv.database.engine import transaction
from multitv.database.locks import lock
from multitv.database.sql import named

log = logging.getLogger(__name__)

STAGING_LOCK = "reconciliation staging"
COLUMNS = (
    "client_plan_id",
    "external_id",
    "uid",
    "first_name",
    "last_name",
    "status",
    "services",
    "devices",
    "version",
)
# Text as PostgreSQL reads it, so that COPY has nothing to convert: building these rows dominates a snapshot's time.
Row = tuple[str | None, ...]
_OURS = re.compile(r"[1-9][0-9]{0,18}")
_GREATEST_ID = 2**63 - 1
_encode = msgspec.json.Encoder().encode


def stage_subscribers(engine: Engine, client: BeeniusClient, client_plan: int | None = None) -> int:
    """Stage every subscriber, or that of one client plan, in one transaction; return the snapshot's id.

    Raises BadAnswer for a subscriber that breaks the platform's contract, since what is changed must be known; what a
    scan raises; DatabaseUnavailable. Staging is then as it was.
    """
    with transaction(engine) as connection:
        snapshot = int(
            connection.execute(named("reconciliation/insert_snapshot"), {"client_plan": client_plan}).scalar_one()
        )
    with client, transaction(engine) as connection:
        lock(connection, STAGING_LOCK)
        connection.execute(named("reconciliation/clear_snapshot"))
        if client_plan is None:
            _copy_all(connection, client)
        elif found := client.find_subscriber(str(client_plan)):
            copy_rows(connection, "staging.subscriber", COLUMNS, [row_of(found)])
        subscribers = connection.execute(named("reconciliation/close_snapshot"), {"snapshot": snapshot}).scalar_one()
        connection.exec_driver_sql("analyze staging.subscriber")
    log.info("Snapshot %s: %s subscribers on the platform.", snapshot, subscribers)
    return snapshot


def row_of(subscriber: Subscriber) -> Row:
    """Return a subscriber as a row of staging.subscriber: live services in order, devices by MAC."""
    external_id = subscriber.external_id
    return (
        external_id
        if external_id is not None and _OURS.fullmatch(external_id) and int(external_id) <= _GREATEST_ID
        else None,
        external_id if external_id is None else _storable(external_id),
        _storable(subscriber.uid),
        _storable(subscriber.first_name),
        _storable(subscriber.last_name),
        subscriber.status,
        _array(tuple([service.service_uid for service in subscriber.services if service.active_to is None])),
        _json(
            {
                device.mac: _DeviceValue(device.device_type_uid, device.serial, device.label)
                for device in subscriber.devices
            }
        ),
        str(subscriber.version),
    )


def _copy_all(connection: Connection, client: BeeniusClient) -> None:
    def repeated() -> bool:
        return bool(connection.execute(named("reconciliation/repeated_subscribers")).scalar_one())

    # Always closed, since pages may still be in flight.
    with closing(_Stream(client, repeated)) as stream:
        while stream.more():
            # The scan may have started over: what the last COPY brought is then discarded.
            connection.execute(named("reconciliation/clear_snapshot"))
            copy_rows(connection, "staging.subscriber", COLUMNS, stream.rows())


class _Stream:
    """The rows of a scan, one COPY for each start of the scan; between two of them the connection can be queried."""

    def __init__(self, client: BeeniusClient, repeated: Callable[[], bool]) -> None:
        self._started_over = False
        self._next: Page[Subscriber] | None = None
        self._pages = client.scan_subscribers(self._start_over, repeated)

    def more(self) -> bool:
        """Advance; return False if the snapshot is complete."""
        if self._next is None:
            self._next = next(self._pages, None)
        self._started_over = False
        return self._next is not None

    def rows(self) -> Iterator[Row]:
        """Yield rows up to the last page, or until the scan starts over."""
        while (page := self._next) and not self._started_over:
            yield from map(row_of, page.rows)
            self._next = None if page.last else next(self._pages, None)

    def close(self) -> None:
        """Stop fetching pages."""
        self._pages.close()

    def _start_over(self) -> None:
        self._started_over = True


class _DeviceValue(Struct, gc=False):
    """A device as a value of staging.subscriber.devices, whose keys are MACs."""

    device_type_uid: str
    serial: str | None
    label: str | None


@lru_cache(maxsize=4096)
def _array(uids: tuple[str, ...]) -> str:
    """Return the sorted literal of a text[]. Cached, as many subscribers have the same services."""
    ordered = [uid.replace("\\", "\\\\").replace('"', '\\"') for uid in sorted({_storable(uid) for uid in uids})]
    literal = '","'.join(ordered)
    return f'{{"{literal}"}}' if uids else "{}"


def _json(devices: dict[str, _DeviceValue]) -> str:
    text = _encode(devices).decode()
    if "\\u0000" in text:
        # Not replaced in the JSON text, since a label may contain this escape literally.
        clean = {
            mac: _DeviceValue(
                _storable(device.device_type_uid),
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
