"""From staging into the catalogue, in one transaction. What the ISP owns (extra, price, point limit) is left alone."""

from __future__ import annotations

import logging

from sqlalchemy import Connection, Engine

from multitv.catalog.errors import StagingLost
from multitv.catalog.guard import guard
from multitv.catalog.outcome import Outcome, read_outcome
from multitv.database.engine import transaction
from multitv.database.locks import lock
from multitv.database.sql import named
from multitv.settings import Settings

log = logging.getLogger(__name__)

_STEPS = (
    "upsert_channels",
    "deactivate_channels",
    "upsert_packages",
    "deactivate_packages",
    "add_links",
    "remove_links",
)


def merge(engine: Engine, sync: int, settings: Settings, *, allow_shrink: bool = False) -> Outcome:
    """Make channels, packages and their links equal to what a sync staged; return what that changed.

    Touches only rows that differ, so merging the same catalogue again changes nothing. A sync is merged once, and
    never over a later one. `allow_shrink` is a person's word that the platform really dropped that much.
    Raises StagingLost, EmptyCatalog, ShrunkenCatalog, TooMuchQuarantine, DatabaseUnavailable; then nothing changed.
    """
    with transaction(engine) as connection:
        lock(connection, "catalog")
        _merge_once(connection, sync, settings, allow_shrink=allow_shrink)
        outcome = read_outcome(connection, sync)
    log.info("%s", outcome)
    return outcome


def _merge_once(connection: Connection, sync: int, settings: Settings, *, allow_shrink: bool) -> None:
    staged = connection.execute(named("catalog/read_sync"), {"sync": sync}).one_or_none()
    if staged is None:
        raise StagingLost(f"There is no catalogue sync {sync}: clear `fetch` with its downstream tasks.")
    if staged.status != "staged":
        return
    if staged.newest_merged is not None and staged.newest_merged > sync:
        connection.execute(named("catalog/close_sync"), {"sync": sync, "status": "superseded"})
        return
    guard(connection, staged, settings, allow_shrink=allow_shrink)
    for step in _STEPS:
        connection.execute(named(f"catalog/{step}"), {"sync": sync})
    connection.execute(named("catalog/close_sync"), {"sync": sync, "status": "merged"})
