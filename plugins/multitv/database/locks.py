"""Advisory locks that live as long as the transaction, or the connection, that took them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from multitv.database.sql import named


def lock(connection: Connection, name: str) -> None:
    """Wait until this transaction alone holds the lock called `name`, such as 'billing 2026-12-10'."""
    connection.execute(named("database/lock"), {"name": name})


@contextmanager
def try_session_lock(engine: Engine, name: str) -> Iterator[Connection | None]:
    """Hold the lock called `name` for as long as the connection that is given lives; None if it is taken.

    What is written on that very connection is written by nobody who has lost the lock. Needs a connection of its own
    in PostgreSQL: no pooler by transaction in between.
    """
    with engine.connect() as connection:
        with connection.begin():
            alone = connection.execute(named("database/try_session_lock"), {"name": name}).scalar_one()
        yield connection if alone else None
