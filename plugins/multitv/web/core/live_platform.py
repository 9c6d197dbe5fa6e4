"""Reads from the platform while a person waits: one short try."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated

from fastapi import Depends

from multitv.beenius.client import BeeniusClient
from multitv.beenius.hook import BeeniusHook
from multitv.beenius.models import Subscriber
from multitv.beenius.transport import RetryPolicy
from multitv.errors import MultiTVError
from multitv.web.core.bulkhead import PLATFORM

log = logging.getLogger(__name__)

# A screen that hangs is worse than one that says that the platform did not answer.
_SHORT = RetryPolicy(connect_seconds=2, read_seconds=3, tries=1, total_seconds=5)
_KEPT_SECONDS = 600.0
_RETRY_SECONDS = 60.0


def client() -> BeeniusClient:
    """Return a client of the platform that gives up after five seconds. Raises BadConnection."""
    return BeeniusHook().get_conn(connections=1, retry_policy=_SHORT)


def subscriber(client_plan_id: int) -> Subscriber | None:
    """Return a client plan's current subscriber on the platform, None if it has none. Raises as BeeniusClient."""
    with client() as platform:
        return platform.find_subscriber(str(client_plan_id))


class DeviceTypes:
    """The uid and name of the platform's device types, cached for ten minutes.

    One request at a time refreshes the cache. The others, and all while the platform does not answer, get the old list.
    """

    def __init__(self, connect: Callable[[], AbstractContextManager[BeeniusClient]] = client) -> None:
        self._connect = connect
        self._known: list[tuple[str, str]] = []
        self._until = 0.0

    async def __call__(self) -> list[tuple[str, str]]:
        if time.monotonic() > self._until:
            self._until = time.monotonic() + _RETRY_SECONDS
            try:
                self._known = await PLATFORM.run(self._read)
                self._until = time.monotonic() + _KEPT_SECONDS
            except MultiTVError as error:
                # Not fatal: the form accepts any text as a device type.
                log.warning("The device types could not be read from the platform: %s", error)
        return self._known

    def _read(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        with self._connect() as platform:
            for page in platform.scan("device-types", found.clear):
                found += [(str(row["uid"]), str(row.get("name") or row["uid"])) for row in page.rows]
        return found


KnownDeviceTypes = Annotated[list[tuple[str, str]], Depends(DeviceTypes())]
