"""Advisory locks, held until the transaction or the connection that took them ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, event

from multitv.database.engine import DatabaseUnavailable
from multitv.database.sql import named


def lock(connection: Connection, name: str) -> None:
    """Wait for the lock `name`, such as 'billing 2026-12-10', and hold it until the transaction ends."""
    connection.execute(named("database/lock"), {"name": name})


@contextmanager
def try_session_lock(engine: Engine, name: str) -> Iterator[Connection | None]:
    """Yield a connection that holds the lock `name`, or None if somebody else holds it.

    Write on that very connection: whoever loses the lock has lost the connection too, and each transaction begun on it
    from then on raises DatabaseUnavailable. Needs a PostgreSQL session of its own, so no transaction pooler in between.
    """
    with engine.connect() as connection:
        with connection.begin():
            alone = connection.execute(named("database/try_session_lock"), {"name": name}).scalar_one()
        event.listen(connection, "begin", _refuse_another_session)
        yield connection if alone else None


def _refuse_another_session(connection: Connection) -> None:
    # SQLAlchemy would connect anew, and write without the lock.
    if connection.invalidated:
        raise DatabaseUnavailable(
            "The connection that held a lock was lost, so another process may be at the same work. Nothing more was "
            "written; try again."
        )
