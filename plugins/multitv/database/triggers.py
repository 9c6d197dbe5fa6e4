"""Waits for the ISP's database while it is away, as in a restart: by the triggerer, in no worker's slot."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from airflow.sdk import BaseHook
from airflow.triggers.base import BaseTrigger, TriggerEvent
from sqlalchemy import Engine

from multitv.database.engine import CONNECTION_ID, DatabaseAway, DatabaseUnavailable, engine_for, reading, url_of
from multitv.database.sql import named

log = logging.getLogger(__name__)

POLL_SECONDS = 15.0


class DatabaseTrigger(BaseTrigger):
    """Looks every `poll_seconds` until the ISP's database answers, or `deadline` passes."""

    def __init__(self, deadline: str, poll_seconds: float = POLL_SECONDS) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.deadline = deadline
        self.poll_seconds = poll_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class path and the arguments with which the triggerer recreates this trigger."""
        return (
            "multitv.database.triggers.DatabaseTrigger",
            {"deadline": self.deadline, "poll_seconds": self.poll_seconds},
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield one event: None if the database answers, and what happened last if it did not until the deadline."""
        engine = engine_for(url_of(await BaseHook.aget_connection(CONNECTION_ID)))
        while (happened := await asyncio.to_thread(_look, engine)) is not None:
            if datetime.now(UTC) >= datetime.fromisoformat(self.deadline):
                break
            log.info("%s Looking again in %g s.", happened, self.poll_seconds)
            await asyncio.sleep(self.poll_seconds)
        yield TriggerEvent(happened)


def _look(engine: Engine) -> str | None:
    """Return why the database does not answer, None if it does."""
    try:
        with reading(engine) as connection:
            connection.execute(named("database/server_state")).one()
    except DatabaseUnavailable as error:
        return str(error)
    except Exception as error:  # noqa: BLE001, the task meets it too, and knows what is to be done
        log.warning("The wait for the database ends: %s", error)
    return None


def go_on(event: str | None) -> None:
    """Return if the database answers again. Raises DatabaseAway if it did not until the deadline."""
    if event is not None:
        raise DatabaseAway(f"{event} This task waited for it in vain, and wrote nothing more.")
    log.info("The ISP's database answers again.")
