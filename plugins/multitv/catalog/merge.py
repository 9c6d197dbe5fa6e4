"""Merges staging into the catalogue, in one transaction. Leaves what the ISP owns (extra, price, point limit) alone."""

from __future__ import annotations

import logging

from sqlalchemy import Connection, Engine

from multitv.catalog.errors import StagedCatalogMissing
from multitv.catalog.guard import guard
from multitv.catalog.summary import SyncSummary, read_summary
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


def merge_catalog(engine: Engine, sync: int, settings: Settings, *, allow_shrink: bool = False) -> SyncSummary:
    """Make channels, packages and their links equal to what a sync staged; return what that changed.

    Touches only rows that differ, so merging the same catalogue again changes nothing. A sync is merged once, and
    never over a later one. `allow_shrink`: a person has confirmed that the platform really dropped that much.
    Raises StagedCatalogMissing, EmptyCatalog, ShrunkenCatalog, TooMuchQuarantine, DatabaseUnavailable; nothing is then
    changed.
    """
    with transaction(engine) as connection:
        lock(connection, "catalog")
        _merge_once(connection, sync, settings, allow_shrink=allow_shrink)
        summary = read_summary(connection, sync)
    log.info("%s", summary)
    return summary


def _merge_once(connection: Connection, sync: int, settings: Settings, *, allow_shrink: bool) -> None:
    staged = connection.execute(named("catalog/read_sync"), {"sync": sync}).one_or_none()
    if staged is None:
        raise StagedCatalogMissing(f"There is no catalogue sync {sync}: clear `fetch` with its downstream tasks.")
    if staged.status != "staged":
        return
    if staged.newest_merged is not None and staged.newest_merged > sync:
        connection.execute(named("catalog/close_sync"), {"sync": sync, "status": "superseded"})
        return
    guard(connection, staged, settings, allow_shrink=allow_shrink)
    for step in _STEPS:
        connection.execute(named(f"catalog/{step}"), {"sync": sync})
    connection.execute(named("catalog/close_sync"), {"sync": sync, "status": "merged"})
