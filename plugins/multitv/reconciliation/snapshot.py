"""Stages the platform's subscribers, all of them and proven complete, with a page in memory at a time."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine

from multitv.beenius.errors import NotFound
from multitv.database.engine import transaction
from multitv.database.sql import named
from multitv.extra_fields import UID_FIELD
from multitv.reconciliation.lanes import CHANGES, FULL
from multitv.reconciliation.staging import stage_all, stage_rows
from multitv.reconciliation.updates import Reading, bring_up_to_date

if TYPE_CHECKING:
    from multitv.beenius.client import BeeniusClient
    from multitv.beenius.subscribers import AnySubscriber

log = logging.getLogger(__name__)

# How many single subscribers are read at once.
IN_FLIGHT = 8


def stage_subscribers(
    engine: Engine,
    client: BeeniusClient,
    client_plan: int | None = None,
    changed: Sequence[int] | None = None,
    in_flight: int = IN_FLIGHT,
    complete_since: datetime | None = None,
) -> int:
    """Stage every subscriber, or that of one client plan, in one transaction; return the snapshot's id.

    `changed`: the client plans of an event-driven run, which has a staging of its own. They are read one by one,
    `in_flight` at once. An unreadable subscriber is staged as parked, with what is wrong with it. Of one client plan,
    the subscriber that is recorded for it is staged as well, whatever its external_id.

    If all were read at or after `complete_since`, and staging still holds them, what changed since is read, and all
    again if it takes that; without it all are read in any case. Raises what a scan raises, DatabaseUnavailable; staging
    is then as it was.
    """
    lane = FULL if changed is None else CHANGES
    of_snapshot = {"lane": lane.name, "client_plan": client_plan}
    with transaction(engine) as connection:
        snapshot = int(connection.execute(named("reconciliation/insert_snapshot"), of_snapshot).scalar_one())
    with client:
        found = None
        if changed is not None or client_plan is not None:
            # No transaction is open meanwhile: ten thousand of them take a while.
            found = _found(engine, client, [client_plan] if client_plan is not None else changed or [], in_flight)
        with transaction(engine) as connection:
            lane.enter(connection)
            reading = Reading()
            if found is None:
                reading = _stage_everyone(connection, client, complete_since, in_flight)
            else:
                connection.execute(named("reconciliation/clear_snapshot"))
                stage_rows(connection, found)
            subscribers = connection.execute(
                named("reconciliation/close_snapshot"),
                {"snapshot": snapshot, "complete_at": reading.complete_at, "read_from": reading.read_from},
            ).scalar_one()
            connection.exec_driver_sql("analyze subscriber, parked_subscriber")
    log.info("Snapshot %s: %s subscribers on the platform.", snapshot, subscribers)
    return snapshot


def _stage_everyone(
    connection: Connection, client: BeeniusClient, complete_since: datetime | None, in_flight: int
) -> Reading:
    reading = None
    if complete_since is not None:
        reading = bring_up_to_date(connection, client, complete_since, in_flight)
    if reading is None:
        # Only asked if a later snapshot may build upon this one.
        reading = Reading(read_from=client.count_subscribers().at if complete_since is not None else None)
        connection.execute(named("reconciliation/clear_snapshot"))
        stage_all(connection, client)
    return reading


def _found(
    engine: Engine, client: BeeniusClient, client_plans: Sequence[int], in_flight: int
) -> Iterator[AnySubscriber]:
    """Return the subscribers of these client plans, and those that may still have a device of theirs, once each."""
    with transaction(engine) as connection:
        holders = connection.execute(named("reconciliation/former_holders"), {"client_plans": list(client_plans)})
        to_read = [*client_plans, *holders.scalars()]
        rows = connection.execute(named("reconciliation/read_fields_of"), {"client_plans": to_read, "name": UID_FIELD})
        recorded = {row.client_plan_id: str(row.value) for row in rows}

    def read(client_plan: int) -> list[AnySubscriber]:
        return _found_for(client, client_plan, recorded.get(client_plan))

    with ThreadPoolExecutor(min(in_flight, max(1, len(to_read))), "beenius") as pool:
        found = [subscriber for some in pool.map(read, to_read) for subscriber in some]
    # One may be found for a client plan by its external_id, and for another by the record.
    by_uid = {subscriber.uid: subscriber for subscriber in found if subscriber.uid is not None}
    return iter([*by_uid.values(), *(subscriber for subscriber in found if subscriber.uid is None)])


def _found_for(client: BeeniusClient, client_plan: int, recorded: str | None) -> list[AnySubscriber]:
    found = client.find_subscribers(str(client_plan))
    if recorded is not None and recorded not in {subscriber.uid for subscriber in found}:
        with suppress(NotFound):
            one = client.read_subscriber(recorded)
            found += [one] if one.uid not in {subscriber.uid for subscriber in found} else []
    return found
