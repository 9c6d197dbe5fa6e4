"""Advisory locks that live as long as the transaction that took them."""

from __future__ import annotations

from sqlalchemy import Connection

from multitv.database.sql import named


def lock(connection: Connection, name: str) -> None:
    """Wait until this transaction alone holds the lock called `name`, such as 'billing 2026-12-10'."""
    connection.execute(named("database/lock"), {"name": name})
