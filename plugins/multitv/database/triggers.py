"""Waits for the ISP's database while it is away, as in a restart: by the triggerer, in no worker's slot."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from airflow.sdk import BaseHook
from sqlalchemy import Engine

from multitv.database.engine import CONNECTION_ID, DatabaseAway, DatabaseUnavailable, engine_for, reading, url_of
from multitv.database.sql import named
from multitv.waiting import AnswerTrigger

log = logging.getLogger(__name__)


class DatabaseTrigger(AnswerTrigger):
    """Looks every `poll_seconds` until the ISP's database answers, or `deadline` passes."""

    POLL_SECONDS = 15.0

    async def look(self) -> Callable[[], str | None]:
        """Return a function that says why the database does not answer, None if it does."""
        return partial(_look, engine_for(url_of(await BaseHook.aget_connection(CONNECTION_ID))))


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
