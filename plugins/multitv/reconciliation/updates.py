"""Brings the staged subscribers up to date with what changed on the platform, instead of reading all anew."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from multitv.beenius.errors import IncompleteSnapshot, NotFound
from multitv.database.sql import named
from multitv.reconciliation.lanes import FULL, UPDATES, use_staging
from multitv.reconciliation.staging import stage_all, stage_rows

if TYPE_CHECKING:
    from multitv.beenius.client import BeeniusClient
    from multitv.beenius.subscribers import AnySubscriber

log = logging.getLogger(__name__)

# What the platform stamped before the last reading began may have become visible after it.
OVERLAP = timedelta(minutes=10)
# From so many on, one complete reading takes less time than to read them one by one.
MOST_AGED = 1000
# So many that are not listed as changed are read all the same.
SAMPLE = 20


@dataclass(frozen=True)
class Reading:
    """How old the staged subscribers are: when all were last read, and since when, by the platform's clock, changes."""

    complete_at: datetime | None = None
    read_from: datetime | None = None


def bring_up_to_date(
    connection: Connection, client: BeeniusClient, complete_since: datetime, in_flight: int
) -> Reading | None:
    """Bring the staging of the full runs up to date; return None if only a complete reading can.

    That is so if staging does not hold all subscribers, as they were read completely at or after `complete_since`, and
    if the list of changes cannot be read completely. Subscribers that were deleted are in no list, so their number has
    to be the platform's afterwards. Changes that the platform does not list, as after it was restored to an earlier
    moment, are looked for in a few subscribers, taken by chance. If it returns None, staging is in no defined state.
    Raises what the client raises.
    """
    last = connection.execute(
        named("reconciliation/updatable_snapshot"), {"complete_since": complete_since}
    ).one_or_none()
    if last is None:
        return None
    began = client.count_subscribers().at
    use_staging(connection, UPDATES)
    reason = _update(connection, client, last.read_from - OVERLAP, in_flight)
    use_staging(connection, FULL.staging)
    if reason is not None:
        log.info("All subscribers are read, and not only what changed: %s", reason)
        return None
    return Reading(last.complete_at, began)


def _update(connection: Connection, client: BeeniusClient, since: datetime, in_flight: int) -> str | None:
    """Bring what is listed as changed into staging, with what that list cannot show; return why it cannot be done."""
    connection.execute(named("reconciliation/clear_snapshot"))
    try:
        stage_all(connection, client, since)
    except IncompleteSnapshot as error:
        return str(error)
    aged = connection.execute(named("reconciliation/aged_subscribers")).scalars().all()
    if None in aged:
        return "one that cannot be read has no uid, by which it could be read again"
    if len(aged) > MOST_AGED:
        return f"{len(aged)} may have changed although they are not listed"
    sample = connection.execute(named("reconciliation/sample_unlisted"), {"size": SAMPLE}).scalars().all()
    found = _read(client, {*aged, *sample}, in_flight)
    stage_rows(connection, [subscriber for _, subscriber in found if subscriber is not None])
    of_sample = {"uids": sorted(set(sample) - set(aged))}
    if undated := connection.execute(named("reconciliation/undated_change"), of_sample).scalar_one_or_none():
        return f"{undated} changed, and the platform does not list it"
    gone = [uid for uid, subscriber in found if subscriber is None]
    connection.execute(named("reconciliation/delete_updated"), {"uids": gone})
    held = connection.execute(named("reconciliation/insert_updated")).scalar_one()
    there = client.count_subscribers().rows
    return None if held == there else f"{held} would be staged, and the platform has {there}"


def _read(client: BeeniusClient, uids: Iterable[str], in_flight: int) -> list[tuple[str, AnySubscriber | None]]:
    def read(uid: str) -> tuple[str, AnySubscriber | None]:
        try:
            return uid, client.read_subscriber(uid)
        except NotFound:
            return uid, None

    with ThreadPoolExecutor(in_flight, "beenius") as pool:
        return list(pool.map(read, uids))
