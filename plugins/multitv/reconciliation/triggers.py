"""Wakes the event-driven run when a change was committed: listens to the database, and looks now and then anyway."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import psycopg
from airflow.sdk import BaseHook
from airflow.triggers.base import BaseEventTrigger, TriggerEvent
from sqlalchemy import URL, Engine

from multitv.database.engine import CONNECTION_ID, engine_for, transaction, url_of
from multitv.database.sql import named

log = logging.getLogger(__name__)

CHANNEL = "multitv_pending_change"
# A burst of changes becomes one event.
GATHER_SECONDS = 0.3
# What no run took within so long is announced anew: the DAG may have been paused, or its run failed.
AGAIN_SECONDS = 300.0
# As many changes are marked by one statement; whatever is left is marked by the next.
AT_MOST = 10_000
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0


class PendingChangesTrigger(BaseEventTrigger):
    """Yields an event whenever changes wait that were not announced; marks them as announced, which takes nothing.

    The event is a wake-up only: what waits is in reconciliation.pending_change. Looks every `poll_seconds`, because a
    notification can be lost, and does not come through a transaction pooler at all. Never ends by itself: it connects
    anew, with growing pauses, however long the database is away.
    """

    def __init__(self, poll_seconds: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.poll_seconds = poll_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class path and the arguments with which the triggerer recreates this trigger."""
        return "multitv.reconciliation.triggers.PendingChangesTrigger", {"poll_seconds": self.poll_seconds}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield an event for each time that changes were found to wait."""
        wait = _FIRST_WAIT
        while True:
            try:
                # Anew each time, since its password may have changed meanwhile.
                url = url_of(await BaseHook.aget_connection(CONNECTION_ID))
                engine = engine_for(url)
                async with await _listen(url) as listener:
                    while True:
                        announced = await asyncio.to_thread(announce, engine)
                        wait = _FIRST_WAIT
                        if announced:
                            yield TriggerEvent({"announced": announced})
                        if announced < AT_MOST and await _notified(listener, self.poll_seconds):
                            await asyncio.sleep(GATHER_SECONDS)
            except Exception as error:  # noqa: BLE001, whatever it is, nobody would start the trigger again
                log.warning("Pending changes cannot be looked for: %s Trying again in %.0f s.", error, wait)
            await asyncio.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT)


def announce(engine: Engine) -> int:
    """Mark the changes that wait as announced; return how many were marked now. Raises DatabaseUnavailable."""
    with transaction(engine) as connection:
        given = {"again_after": AGAIN_SECONDS, "at_most": AT_MOST}
        return int(connection.execute(named("reconciliation/announce_changes"), given).scalar_one())


async def _listen(url: URL) -> psycopg.AsyncConnection[Any]:
    """Return a connection that listens, and holds no transaction open."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await psycopg.AsyncConnection.connect(
        address,
        autocommit=True,
        connect_timeout=10,
        application_name="multitv-changes",
        prepare_threshold=None,
        # Notices that the server is gone, which it would otherwise not do while it only waits.
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
    )
    await connection.execute(f"listen {CHANNEL}")
    return connection


async def _notified(listener: psycopg.AsyncConnection[Any], seconds: float) -> bool:
    """Wait for a notification for at most so long; tell whether one came."""
    async for _ in listener.notifies(timeout=seconds, stop_after=1):
        return True
    return False
