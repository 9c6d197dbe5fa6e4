"""Checks that a staged catalogue is plausible, before a merge touches anything."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from multitv.catalog.errors import EmptyCatalog, ShrunkenCatalog, StagedCatalogMissing, TooMuchQuarantine
from multitv.database.sql import named
from multitv.settings import Settings

_UNTOUCHED = "Channels and packages stay as they are."


def guard(connection: Connection, sync: Row[Any], settings: Settings, *, allow_shrink: bool) -> None:
    """Raise StagedCatalogMissing, TooMuchQuarantine, EmptyCatalog or ShrunkenCatalog if the sync must not be merged."""
    summaries = {row.entity: row for row in connection.execute(named("catalog/summarise"), {"sync": sync.id})}
    channels, packages, links = (summaries[entity] for entity in ("channel", "package", "package_channel"))
    if (channels.staged, packages.staged, links.staged) != (sync.channels, sync.packages, sync.package_channels):
        raise StagedCatalogMissing(
            f"Catalogue sync {sync.id} staged {sync.channels} channels, {sync.packages} packages and "
            f"{sync.package_channels} links, of which {channels.staged}, {packages.staged} and {links.staged} are "
            f"left: the database was restarted without a clean shutdown. {_UNTOUCHED} "
            "Clear `fetch` with its downstream tasks."
        )
    _check_quarantine(sync.id, (channels, packages), "rows", settings)
    _check_quarantine(sync.id, (links,), "links of packages to channels", settings)
    for summary in (channels, packages):
        _check_shrink(sync.id, summary, settings, allow_shrink=allow_shrink)


def _check_quarantine(sync: int, summaries: tuple[Row[Any], ...], what: str, settings: Settings) -> None:
    bad = sum(summary.quarantined for summary in summaries)
    total = bad + sum(summary.staged for summary in summaries)
    if bad > settings.catalog_max_quarantine * total:
        raise TooMuchQuarantine(
            f"Catalogue sync {sync}: {bad} of {total} {what} are in quarantine, more than "
            f"{settings.catalog_max_quarantine:.0%} (MULTITV_CATALOG_MAX_QUARANTINE). {_UNTOUCHED} The rows, and "
            f"what is wrong with each, are in tv.quarantine with catalog_sync_id {sync} and in the log of `fetch`. "
            "Have them corrected on the platform, then clear `fetch` with its downstream tasks."
        )


def _check_shrink(sync: int, summary: Row[Any], settings: Settings, *, allow_shrink: bool) -> None:
    if not summary.staged:
        raise EmptyCatalog(
            f"Catalogue sync {sync} has no {summary.entity} at all. {_UNTOUCHED} Look at the platform; once it lists "
            "them again, clear `fetch` with its downstream tasks."
        )
    if summary.lost > settings.catalog_max_shrink * summary.active and not allow_shrink:
        raise ShrunkenCatalog(
            f"Catalogue sync {sync} would deactivate {summary.lost} of {summary.active} active {summary.entity}s, more "
            f"than {settings.catalog_max_shrink:.0%} (MULTITV_CATALOG_MAX_SHRINK). {_UNTOUCHED} If the platform really "
            "dropped them, trigger tv_catalog_sync with 'allow_shrink' on; if not, repair the platform, then clear "
            "`fetch` with its downstream tasks."
        )
