"""Adds up what tasks asked of the platform, once for each client, for the metrics."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from multitv.beenius.hook import platform_client
from multitv.database.engine import task_engine, transaction
from multitv.database.sql import named
from multitv.errors import MultiTVError
from multitv.settings import Settings

if TYPE_CHECKING:
    from multitv.beenius.client import BeeniusClient
    from multitv.beenius.tally import RequestTally

log = logging.getLogger(__name__)


def counted(client: BeeniusClient) -> BeeniusClient:
    """Return the client, which adds its requests to reports.platform_request when it is closed.

    A task that is killed loses the count of its own, and one that cannot write it goes on.
    """
    client.at_close(_record)
    return client


def counted_client(settings: Settings) -> BeeniusClient:
    """Return a client of the platform as `platform_client` does, counted. Raises BadConnection."""
    return counted(platform_client(settings))


def _record(tally: RequestTally) -> None:
    rows = tally.take()
    if not rows:
        return
    try:
        with transaction(task_engine()) as connection:
            connection.execute(
                named("reports/add_platform_requests"),
                dict(zip(("codes", "bounds", "requests", "seconds"), map(list, zip(*rows, strict=True)), strict=True)),
            )
    except (MultiTVError, SQLAlchemyError) as error:
        log.warning("The requests to the platform are not counted in the metrics: %s", error)
