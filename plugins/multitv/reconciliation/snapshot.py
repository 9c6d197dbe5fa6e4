"""The platform's subscribers, all of them and proven complete, into staging. A page in memory at a time."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Engine

from multitv.beenius.answers import Call, parsed
from multitv.beenius.client import MAX_PAGE_SIZE, BeeniusClient
from multitv.beenius.models import Page, Subscriber
from multitv.database.copy import copy_rows
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
_OURS = re.compile(r"[1-9][0-9]{0,17}")
_READ = Call("GET", "/subscribers")


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


def row_of(subscriber: Subscriber) -> tuple[Any, ...]:
    """Return a subscriber as a row of staging.subscriber: live services in order, devices by MAC."""
    ours = subscriber.external_id is not None and _OURS.fullmatch(subscriber.external_id)
    devices = {
        device.mac: {
            "device_type_uid": _storable(device.device_type_uid),
            "serial": _storable(device.serial),
            "label": _storable(device.label),
        }
        for device in subscriber.devices
    }
    return (
        int(subscriber.external_id or "") if ours else None,
        _storable(subscriber.external_id),
        subscriber.uid,
        _storable(subscriber.first_name),
        _storable(subscriber.last_name),
        subscriber.status,
        sorted({service.service_uid for service in subscriber.services if service.active_to is None}),
        json.dumps(devices, ensure_ascii=False),
        subscriber.version,
    )


def _copy_all(connection: Connection, client: BeeniusClient) -> None:
    stream = _Stream(client)
    while not stream.ended:
        # The scan may start over: then a COPY ends, and what it brought goes.
        connection.execute(named("reconciliation/clear_snapshot"))
        copy_rows(connection, "staging.subscriber", COLUMNS, stream.rows())


class _Stream:
    """The rows of a scan, until it ends or starts over."""

    def __init__(self, client: BeeniusClient) -> None:
        self.ended = False
        self._host = client.host
        self._started_over = False
        self._held: Page | None = None
        self._pages: Iterator[Page] = client.scan("subscribers", self._start_over, MAX_PAGE_SIZE)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        self._started_over = False
        while page := self._next_page():
            for row in page.rows:
                yield row_of(parsed(self._host, _READ, Subscriber, row))

    def _next_page(self) -> Page | None:
        page, self._held = self._held or next(self._pages, None), None
        if self._started_over:
            self._held = page
            return None
        self.ended = page is None
        return page

    def _start_over(self) -> None:
        self._started_over = True


def _storable(text: str | None) -> str | None:
    """PostgreSQL's text knows no NUL, which JSON does."""
    return text if text is None else text.replace("\0", "\ufffd")
