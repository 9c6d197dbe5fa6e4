"""Steps at the same time, and connections that wait for each other's locks."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import monotonic, sleep
from typing import TypeVar

from sqlalchemy import Engine, text

from tests.support.databases import as_owner

PATIENCE_SECONDS = 30
Result = TypeVar("Result")


def at_once(*steps: Callable[[], Result]) -> list[Result]:
    """Begin all steps at the same moment, each in a thread of its own; return what they return, in their order."""
    start = Barrier(len(steps))

    def run(step: Callable[[], Result]) -> Result:
        start.wait()
        return step()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


def waiting(engine: Engine, lock: str | None = None) -> list[int]:
    """The backends that wait in this database for a lock, of one kind if one is said: `relation`, `advisory`."""
    # An autovacuum may wait for a table too.
    statement = text(
        "select pid from pg_stat_activity where datname = current_database() and backend_type = 'client backend' "
        "and wait_event_type = 'Lock' and wait_event = coalesce(:lock, wait_event)"
    )
    with as_owner(engine).connect() as connection:
        return list(connection.execute(statement, {"lock": lock}).scalars())


def until_waiting(engine: Engine, number: int = 1, lock: str | None = None) -> list[int]:
    """Return the backends that wait for a lock, once there are so many."""
    patience = monotonic() + PATIENCE_SECONDS
    while len(pids := waiting(engine, lock)) < number:
        assert monotonic() < patience, f"{len(pids)} wait for a lock ({lock or 'any'}), not {number}"
        sleep(0.02)
    return pids


def end_waiting(engine: Engine, lock: str | None = None) -> None:
    """End the connection that waits for a lock, once there is one."""
    [pid] = until_waiting(engine, lock=lock)
    with as_owner(engine).connect() as connection:
        connection.execute(text("select pg_terminate_backend(:pid)"), {"pid": pid})
