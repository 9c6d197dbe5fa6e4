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
def try_session_lock(engine: Engine, name: str) -> Iterator[bool]:
    """Hold the lock called `name` on a connection of its own, for longer than a transaction; False if it is taken."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield bool(connection.execute(named("database/try_session_lock"), {"name": name}).scalar_one())
