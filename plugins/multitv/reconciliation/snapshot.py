"""Stages the platform's subscribers, all of them and proven complete, with a page in memory at a time."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import lru_cache

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Engine

from multitv.beenius.client import BeeniusClient
from multitv.beenius.errors import NotFound
from multitv.beenius.models import Page, Subscriber, UnreadableSubscriber
from multitv.beenius.subscribers import AnySubscriber
from multitv.database.bulk_copy import copy_rows
from multitv.database.engine import transaction
from multitv.database.sql import named
from multitv.labels import Reason, reasons_as_json
from multitv.reconciliation.fields import UID_FIELD
from multitv.reconciliation.lanes import CHANGES, FULL

log = logging.getLogger(__name__)

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
PARKED_COLUMNS = ("client_plan_id", "external_id", "uid", "reasons", "macs")
# Text as PostgreSQL reads it, so that COPY has nothing to convert: building these rows dominates a snapshot's time.
Row = tuple[str | None, ...]
_OURS = re.compile(r"\s*([1-9][0-9]{0,18})\s*")
_GREATEST = str(2**63 - 1)
# So many unreadable subscribers are kept in memory until they are written.
_PARKED_AT_ONCE = 5_000
# How many single subscribers are read at once.
IN_FLIGHT = 8
_encode = msgspec.json.Encoder().encode


def stage_subscribers(
    engine: Engine,
    client: BeeniusClient,
    client_plan: int | None = None,
    changed: Sequence[int] | None = None,
    in_flight: int = IN_FLIGHT,
) -> int:
    """Stage every subscriber, or that of one client plan, in one transaction; return the snapshot's id.

    `changed`: the client plans of an event-driven run, which has a staging of its own. They are read one by one,
    `in_flight` at once. An unreadable subscriber is staged as parked, with what is wrong with it. Of one client plan,
    the subscriber that is recorded for it is staged as well, whatever its external_id. Raises what a scan raises,
    DatabaseUnavailable; staging is then as it was.
    """
    lane = FULL if changed is None else CHANGES
    of_snapshot = {"lane": lane.name, "client_plan": client_plan}
    with transaction(engine) as connection:
        snapshot = int(connection.execute(named("reconciliation/insert_snapshot"), of_snapshot).scalar_one())
    with client:
        found = None
        if changed is not None or client_plan is not None:
            # No transaction is open meanwhile: ten thousand of them take a while.
            found = _found(engine, client, [client_plan] if client_plan is not None else changed or [], in_flight)
        with transaction(engine) as connection:
            lane.enter(connection)
            connection.execute(named("reconciliation/clear_snapshot"))
            if found is None:
                _copy_all(connection, client)
            else:
                stage_rows(connection, found)
            subscribers = connection.execute(
                named("reconciliation/close_snapshot"), {"snapshot": snapshot}
            ).scalar_one()
            connection.exec_driver_sql("analyze subscriber, parked_subscriber")
    log.info("Snapshot %s: %s subscribers on the platform.", snapshot, subscribers)
    return snapshot


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
        _json(
            {
                device.mac: _DeviceValue(device.device_type_uid, device.serial, device.label)
                for device in subscriber.devices
            }
        ),
        _storable_version(subscriber.version),
    )


def _copy_all(connection: Connection, client: BeeniusClient) -> None:
    def repeated() -> bool:
        return bool(connection.execute(named("reconciliation/repeated_subscribers")).scalar_one())

    # Always closed, since pages may still be in flight.
    with closing(_Stream(client, _Services(connection), repeated)) as stream:
        while stream.more():
            if stream.is_void:
                connection.execute(named("reconciliation/clear_snapshot"))
            copy_rows(connection, "subscriber", COLUMNS, stream.rows())
            copy_rows(connection, "parked_subscriber", PARKED_COLUMNS, stream.parked())


def _found(
    engine: Engine, client: BeeniusClient, client_plans: Sequence[int], in_flight: int
) -> Iterator[AnySubscriber]:
    """Return the subscribers of these client plans, and those that may still have a device of theirs, once each."""
    with transaction(engine) as connection:
        holders = connection.execute(named("reconciliation/former_holders"), {"client_plans": list(client_plans)})
        to_read = [*client_plans, *holders.scalars()]
        rows = connection.execute(named("reconciliation/read_fields_of"), {"client_plans": to_read, "name": UID_FIELD})
        recorded = {row.client_plan_id: str(row.value) for row in rows}

    def read(client_plan: int) -> list[AnySubscriber]:
        return _found_for(client, client_plan, recorded.get(client_plan))

    with ThreadPoolExecutor(min(in_flight, max(1, len(to_read))), "beenius") as pool:
        found = [subscriber for some in pool.map(read, to_read) for subscriber in some]
    # One may be found for a client plan by its external_id, and for another by the record.
    by_uid = {subscriber.uid: subscriber for subscriber in found if subscriber.uid is not None}
    return iter([*by_uid.values(), *(subscriber for subscriber in found if subscriber.uid is None)])


def _found_for(client: BeeniusClient, client_plan: int, recorded: str | None) -> list[AnySubscriber]:
    found = client.find_subscribers(str(client_plan))
    if recorded is not None and recorded not in {subscriber.uid for subscriber in found}:
        with suppress(NotFound):
            one = client.read_subscriber(recorded)
            found += [one] if one.uid not in {subscriber.uid for subscriber in found} else []
    return found


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

    def __init__(self, client: BeeniusClient, services: _Services, repeated: Callable[[], bool]) -> None:
        self._services = services
        self._started_over = False
        self._next: Page[AnySubscriber] | None = None
        self._parked: list[Row] = []
        self._pages = client.scan_subscribers(self._start_over, repeated)
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
