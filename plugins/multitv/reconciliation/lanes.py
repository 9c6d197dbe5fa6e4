"""The two lanes of the reconciliation: full runs, and event-driven runs over what changed. Each has its own staging.

A full run and an event-driven one are at work at the same time; two runs of one lane wait for each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from multitv.database.locks import lock
from multitv.database.sql import named


@dataclass(frozen=True)
class Lane:
    """A lane: its name in reconciliation.change_set, the schema of its staging, and the lock on that."""

    name: Literal["full", "changes"]
    staging: str
    lock: str

    def enter(self, connection: Connection) -> None:
        """Lock the lane's staging, and have the statements use it, until the transaction ends."""
        lock(connection, self.lock)
        use_staging(connection, self.staging)


def use_staging(connection: Connection, schema: str) -> None:
    """Have the statements use the tables of this schema, until the transaction ends."""
    connection.execute(named("reconciliation/use_staging"), {"staging": schema})


FULL = Lane("full", "staging", "reconciliation staging")
CHANGES = Lane("changes", "staging_changes", "reconciliation staging of changes")
# Of a full run: what changed on the platform since the snapshot that its staging holds.
UPDATES = "staging_updates"
_BY_NAME: dict[str, Lane] = {lane.name: lane for lane in (FULL, CHANGES)}


def lane_of(name: str) -> Lane:
    """Return the lane of this name."""
    return _BY_NAME[name]
