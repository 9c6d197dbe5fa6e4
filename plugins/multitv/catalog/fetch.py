"""Reads the platform's whole catalogue into staging, normalised, with bad rows in quarantine. Changes no channel."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine

from multitv.catalog.errors import EmptyCatalog
from multitv.catalog.normalise import Catalog, RefusedRow, normalise
from multitv.database.bulk_copy import copy_rows
from multitv.database.engine import transaction
from multitv.database.locks import lock
from multitv.database.sql import named
from multitv.labels import reasons_as_json

if TYPE_CHECKING:
    import pandas as pd

    from multitv.beenius.client import BeeniusClient

log = logging.getLogger(__name__)

# What refers to others is read before them, so that a row added during the scan is no broken reference.
RESOURCES = ("services", "channels", "genres")


def fetch_catalog(engine: Engine, client: BeeniusClient) -> int:
    """Read the platform's catalogue, stage it in one transaction, and return the id of its sync.

    Raises EmptyCatalog, what a scan of the client raises, DatabaseUnavailable; nothing is then written.
    """
    started_at = datetime.now(UTC)
    with transaction(engine) as connection:
        sync = int(connection.execute(named("catalog/next_sync")).scalar_one())
    with client:
        rows = {resource: _read(client, resource) for resource in RESOURCES}
    stage(engine, sync, started_at, normalise(rows["channels"], rows["genres"], rows["services"]))
    return sync


def stage(engine: Engine, sync: int, started_at: datetime, catalog: Catalog) -> None:
    """Write a normalised catalogue to staging and its refusals to quarantine, in one transaction.

    Raises DatabaseUnavailable.
    """
    of_sync = {"sync": sync}
    with transaction(engine) as connection:
        lock(connection, "catalog")
        connection.execute(named("catalog/clear_staging"))
        connection.execute(named("catalog/insert_sync"), of_sync | {"started_at": started_at})
        for table, frame in (
            ("staging.channel", catalog.channels),
            ("staging.package", catalog.packages),
            ("staging.package_channel", catalog.links),
        ):
            copy_rows(connection, table, ("catalog_sync_id", *frame.columns), _rows(sync, frame))
        _quarantine(connection, sync, catalog.refusals)
        connection.execute(named("catalog/quarantine_links"), of_sync)
        counts = connection.execute(named("catalog/count_staged"), of_sync).one()
    log.info(
        "Catalogue sync %s: %s channels, %s packages and %s links staged, %s rows in quarantine.",
        sync,
        counts.channels,
        counts.packages,
        counts.package_channels,
        counts.quarantined,
    )


def _read(client: BeeniusClient, resource: str) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    for page in client.scan(resource, rows.clear):
        rows.extend(page.rows)
    if not rows:
        raise EmptyCatalog(
            f"Beenius at {client.host} lists no {resource} at all. The catalogue stays as it is, nothing was written. "
            "Look at the platform; once it lists them again, clear this task."
        )
    return rows


def _rows(sync: int, frame: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    return ((sync, *row) for row in frame.itertuples(index=False, name=None))


def _quarantine(connection: Connection, sync: int, refusals: list[RefusedRow]) -> None:
    for refusal in refusals:
        told = "; ".join(map(str, refusal.reasons))
        log.warning("Quarantine: %s %s: %s", refusal.entity, refusal.platform_uid, told)
    rows = [
        {
            "sync": sync,
            "entity": refusal.entity,
            "platform_uid": refusal.platform_uid,
            "reasons": reasons_as_json(refusal.reasons),
            "content": _storable(refusal.content),
        }
        for refusal in refusals
    ]
    if rows:
        connection.execute(named("catalog/insert_quarantine"), rows)


def _storable(content: Mapping[str, Any]) -> str:
    """Return JSON that PostgreSQL accepts: without NUL and lone surrogates, which JSON itself allows."""
    written = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace").decode()
    return written.replace("\\u0000", "\\ufffd")
