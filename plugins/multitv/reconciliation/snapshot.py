"""The platform's subscribers, all of them and proven complete, into staging. A page in memory at a time."""

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
# As PostgreSQL reads it, so that COPY has nothing to convert: a snapshot's time is what it takes to make these.
Row = tuple[str | None, ...]
_OURS = re.compile(r"[1-9][0-9]{0,17}")
_encode = msgspec.json.Encoder().encode


def take(engine: Engine, client: BeeniusClient, client_plan: int | None = None) -> int:
    """Stage every subscriber, or only that of one client plan, in one transaction; return the snapshot's id.

    Raises BadAnswer for a subscriber that is not as the contract says, since what is changed must be known, and what
    a scan raises, DatabaseUnavailable; then staging is as it was.
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
        external_id if external_id is not None and _OURS.fullmatch(external_id) else None,
        external_id if external_id is None else _storable(external_id),
        _storable(subscriber.uid),
        _storable(subscriber.first_name),
        _storable(subscriber.last_name),
        subscriber.status,
        _array(tuple([service.service_uid for service in subscriber.services if service.active_to is None])),
        _json({device.mac: _Box(device.device_type_uid, device.serial, device.label) for device in subscriber.devices}),
        str(subscriber.version),
    )


def _copy_all(connection: Connection, client: BeeniusClient) -> None:
    def repeated() -> bool:
        return bool(connection.execute(named("reconciliation/repeated_subscribers")).scalar_one())

    # Closed whatever happens: pages may be on their way.
    with closing(_Stream(client, repeated)) as stream:
        while stream.more():
            # The scan may have started over: then what the last COPY brought goes.
            connection.execute(named("reconciliation/clear_snapshot"))
            copy_rows(connection, "staging.subscriber", COLUMNS, stream.rows())


class _Stream:
    """The rows of a scan, in one COPY for each time that it starts; between two of them the database can be asked."""

    def __init__(self, client: BeeniusClient, repeated: Callable[[], bool]) -> None:
        self._started_over = False
        self._next: Page[Subscriber] | None = None
        self._pages = client.scan_subscribers(self._start_over, repeated)

    def more(self) -> bool:
        """Go on; False if the snapshot is complete."""
        if self._next is None:
            self._next = next(self._pages, None)
        self._started_over = False
        return self._next is not None

    def rows(self) -> Iterator[Row]:
        """Yield rows until the last page's, or until what was yielded is worth nothing."""
        while (page := self._next) and not self._started_over:
            yield from map(row_of, page.rows)
            self._next = None if page.last else next(self._pages, None)

    def close(self) -> None:
        """Fetch no more."""
        self._pages.close()

    def _start_over(self) -> None:
        self._started_over = True


class _Box(Struct, gc=False):
    """A device as staging.subscriber.devices has it, by its MAC."""

    device_type_uid: str
    serial: str | None
    label: str | None


@lru_cache(maxsize=4096)
def _array(uids: tuple[str, ...]) -> str:
    """Return the literal of a text[], in order. What is sold together is the same for many subscribers."""
    ordered = [uid.replace("\\", "\\\\").replace('"', '\\"') for uid in sorted({_storable(uid) for uid in uids})]
    literal = '","'.join(ordered)
    return f'{{"{literal}"}}' if uids else "{}"


def _json(devices: dict[str, _Box]) -> str:
    text = _encode(devices).decode()
    if "\\u0000" in text:
        # Not in the text: a label may spell this escape out.
        clean = {
            mac: _Box(
                _storable(box.device_type_uid), box.serial and _storable(box.serial), box.label and _storable(box.label)
            )
            for mac, box in devices.items()
        }
        text = _encode(clean).decode()
    return text


def _storable(text: str) -> str:
    """PostgreSQL's text knows no NUL, which JSON does."""
    return text.replace("\0", "\ufffd") if "\0" in text else text
