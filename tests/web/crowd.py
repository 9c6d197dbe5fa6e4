"""Sends many requests to the screens at once, and watches what the rest of Airflow does meanwhile. Loopback only."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from sqlalchemy import Engine, text

from include.sandbox.process import Sandbox
from tests.web.routes import PLACES, Place
from tests.web.visitor import Visitor

# What must answer whatever the screens do: the health check of whoever restarts the server, and the API of the tasks.
PROBES = ("/api/v2/monitor/health", "/execution/health", "/api/v2/version")
# A request that takes longer is one that hangs.
HANGS_SECONDS = 60.0

READ = [place for place in PLACES if not place.writes]
ASKS_PLATFORM = [place for place in READ if place.path.endswith(("/plataforma", "/pontos/novo", "/trocar", "/editar"))]
_SCHEMAS = ["erp", "tv", "billing", "finance", "reconciliation", "reports"]
_TABLES = text("select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = any(:schemas)")


def request(place: Place, person: Visitor, things: Mapping[str, object]) -> tuple[str, dict[str, str]]:
    """Return the path and the headers with which a person asks for a thing."""
    return f"/multitv{place.at(things)}", person.bearer if place.of_api else person.cookie


@contextmanager
def locked(engine: Engine) -> Iterator[None]:
    """Hold every table that the screens read, as a migration that hangs does."""
    with engine.begin() as connection:
        for table in connection.execute(_TABLES, {"schemas": _SCHEMAS}).scalars().all():
            connection.execute(text(f"lock table {table} in access exclusive mode"))
        yield


@contextmanager
def hanging(sandbox: Sandbox) -> Iterator[None]:
    """Let the platform take every call and answer none in time."""
    sandbox.admin("POST", "/admin/faults", {"kind": "latency", "seconds": 20})
    try:
        yield
    finally:
        sandbox.admin("DELETE", "/admin/faults")


@dataclass(frozen=True)
class Crowd:
    """What a crowd saw: how often each status came, and how long the slowest answer of each probe took, in seconds."""

    statuses: Counter[int]
    retry_after: frozenset[str | None]
    slowest: float
    probes: dict[str, list[float]]

    @property
    def slowest_probe(self) -> float:
        return max(max(taken) for taken in self.probes.values())


def besiege(address: str, requests: Sequence[tuple[str, dict[str, str]]]) -> Crowd:
    """Send all requests (path below the address, headers) at once, and the probes until the last is answered.

    Raises httpx.TimeoutException if anything takes longer than HANGS_SECONDS.
    """
    return asyncio.run(_besiege(address, requests))


async def _besiege(address: str, requests: Sequence[tuple[str, dict[str, str]]]) -> Crowd:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with (
        httpx.AsyncClient(base_url=address, limits=limits, timeout=HANGS_SECONDS, trust_env=False) as crowd,
        httpx.AsyncClient(base_url=address, timeout=HANGS_SECONDS, trust_env=False) as observer,
    ):
        for path in PROBES:
            # Airflow makes the task API when it is first called, which takes seconds of its own.
            (await observer.get(path)).raise_for_status()
        probes: dict[str, list[float]] = {path: [] for path in PROBES}
        over = asyncio.Event()
        watching = [asyncio.create_task(_probe(observer, path, taken, over)) for path, taken in probes.items()]
        began = time.monotonic()
        try:
            answers = await asyncio.gather(*(crowd.get(path, headers=headers) for path, headers in requests))
        finally:
            slowest = time.monotonic() - began
            over.set()
            await asyncio.gather(*watching)
    return Crowd(
        Counter(answer.status_code for answer in answers),
        frozenset(answer.headers.get("Retry-After") for answer in answers if answer.status_code == 503),
        slowest,
        probes,
    )


async def _probe(client: httpx.AsyncClient, path: str, taken: list[float], over: asyncio.Event) -> None:
    while not over.is_set():
        asked = time.monotonic()
        answer = await client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        taken.append(time.monotonic() - asked)
        await asyncio.sleep(0.1)
