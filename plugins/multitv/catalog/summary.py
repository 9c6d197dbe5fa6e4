"""Summarises a sync in numbers: for the log, the report, and DAGs that depend on the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import JsonValue
from sqlalchemy import Connection

from multitv.database.sql import named


@dataclass(frozen=True)
class SyncSummary:
    """What a closed sync did. `changes` counts rows by (entity, change), such as ('channel', 'deactivated').

    `status` is merged, or superseded: a later sync was merged first, so this one changed nothing.
    """

    sync: int
    status: str
    changes: dict[tuple[str, str], int]
    quarantined: int

    @property
    def changed(self) -> int:
        """How many rows of channels, packages and their links were changed."""
        return sum(self.changes.values())

    def as_extra(self) -> dict[str, JsonValue]:
        """Return the numbers as a flat mapping for the asset event: channel_added, package_deactivated, ..."""
        counts = {f"{entity}_{change}": rows for (entity, change), rows in self.changes.items()}
        return {
            "sync": self.sync,
            "status": self.status,
            "changed": self.changed,
            "quarantined": self.quarantined,
            **counts,
        }

    def __str__(self) -> str:
        if self.status == "superseded":
            return f"Catalogue sync {self.sync} was superseded by a later one and changed nothing."
        done = ", ".join(
            f"{rows} {entity.replace('_channel', '-to-channel link')}{'s' if rows != 1 else ''} {change}"
            for (entity, change), rows in self.changes.items()
        )
        return f"Catalogue sync {self.sync}: {done or 'nothing changed'}; {self.quarantined} rows in quarantine."


def read_summary(connection: Connection, sync: int) -> SyncSummary:
    """Return what a closed sync did. Raises sqlalchemy's NoResultFound if there is no such sync."""
    row = connection.execute(named("catalog/read_sync"), {"sync": sync}).one()
    changes = connection.execute(named("catalog/count_changes"), {"sync": sync})
    counts = {(change.entity, change.change): change.row_count for change in changes}
    return SyncSummary(sync, row.status, counts, row.quarantined)
