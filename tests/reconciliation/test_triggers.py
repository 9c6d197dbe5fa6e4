"""What wakes an event-driven run: a notification, a look now and then, and a database that comes back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import pytest

from multitv.reconciliation import triggers
from multitv.reconciliation.triggers import PendingChangesTrigger
from tests.support.house import House

RARELY, OFTEN = 60.0, 0.3
PENDING = "insert into reconciliation.pending_change (client_plan_id, reason) values (7, 'contract')"


@pytest.fixture(autouse=True)
def connected(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    url = house.engine.url
    place = {"host": url.query["host"], "login": url.username, "schema": url.database}
    monkeypatch.setenv("AIRFLOW_CONN_ISP_DB", json.dumps({"conn_type": "postgres", **place}))


@asynccontextmanager
async def listening(house: House, poll: float) -> AsyncIterator[AsyncIterator[object]]:
    """A trigger that listens, as the triggerer makes it."""
    path, arguments = PendingChangesTrigger(poll).serialize()
    assert path.endswith(PendingChangesTrigger.__qualname__)
    events = PendingChangesTrigger(**arguments).run()
    yield events
    await events.aclose()  # type: ignore[attr-defined]


async def next_of(events: AsyncIterator[object], seconds: float = 20) -> object:
    return (await asyncio.wait_for(anext(events), seconds)).payload  # type: ignore[attr-defined]


def test_a_change_wakes_it_at_once_a_burst_once_and_what_was_announced_not_again(house: House) -> None:
    async def story() -> None:
        async with listening(house, RARELY) as events:
            house.run(PENDING)
            assert await next_of(events) == {"announced": 1}
            waiting = asyncio.ensure_future(anext(events))
            await asyncio.sleep(0.5)
            began = monotonic()
            for _ in range(5):
                await asyncio.to_thread(house.run, PENDING)
            event = await asyncio.wait_for(waiting, 20)
            assert monotonic() - began < RARELY / 3
            announced = event.payload["announced"]  # type: ignore[attr-defined]
            if announced < 5:
                announced += (await next_of(events))["announced"]  # type: ignore[index]
            assert announced == 5
            with pytest.raises(asyncio.TimeoutError):
                await next_of(events, 1)

    asyncio.run(story())


def test_a_notification_that_never_comes_costs_a_look_and_not_the_change(house: House) -> None:
    house.run("alter table reconciliation.pending_change disable trigger pending_change_added")

    async def story() -> None:
        async with listening(house, OFTEN) as events:
            waiting = asyncio.ensure_future(anext(events))
            await asyncio.sleep(0.5)
            await asyncio.to_thread(house.run, PENDING)
            event = await asyncio.wait_for(waiting, 20)
            assert event.payload == {"announced": 1}  # type: ignore[attr-defined]

    asyncio.run(story())


def test_it_connects_anew_when_its_connection_is_lost_and_holds_no_transaction_open(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(triggers, "_FIRST_WAIT", 0.2)
    listeners = ("from pg_stat_activity where application_name = 'multitv-changes' and "
                 "datname = current_database()")  # fmt: skip

    async def rows(query: str) -> Any:
        return await asyncio.to_thread(house.run, query)

    async def story() -> None:
        async with listening(house, RARELY) as events:
            waiting = asyncio.ensure_future(anext(events))
            states: list[Any] = []
            # Not "idle in transaction"; while it begins to listen, "active".
            async with asyncio.timeout(20):
                while [row.state for row in states] != ["idle"]:
                    states = await rows(f"select state, pid {listeners}")
                    await asyncio.sleep(0.05)
            await rows(f"select pg_terminate_backend(pid) {listeners}")
            while await rows(f"select {listeners} and pid = {states[0].pid}"):
                await asyncio.sleep(0.05)
            await asyncio.to_thread(house.run, PENDING)
            event = await asyncio.wait_for(waiting, 20)
            assert event.payload == {"announced": 1}  # type: ignore[attr-defined]

    asyncio.run(story())
