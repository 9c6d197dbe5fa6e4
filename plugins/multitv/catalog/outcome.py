"""What a sync did, in numbers: for the log, for the report, and for whoever depends on the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from multitv.database.sql import named


@dataclass(frozen=True)
class Outcome:
    """A closed sync. `changes` counts rows by (entity, change), such as ('channel', 'deactivated').

    `status` is merged, or superseded: a later sync was merged before this one, which therefore changed nothing.
    """

    sync: int
    status: str
    changes: dict[tuple[str, str], int]
    quarantined: int

    @property
    def changed(self) -> int:
        """How many rows of channels, packages and their links are not as before."""
        return sum(self.changes.values())

    def as_extra(self) -> dict[str, int | str]:
        """Return the numbers flat, for the asset event: channel_added, package_deactivated, ..."""
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


def read_outcome(connection: Connection, sync: int) -> Outcome:
    """Return what a closed sync did. Raises sqlalchemy's NoResultFound for one that does not exist."""
    row = connection.execute(named("catalog/read_sync"), {"sync": sync}).one()
    changes = connection.execute(named("catalog/outcome"), {"sync": sync})
    return Outcome(sync, row.status, {(entity, change): rows for entity, change, rows in changes}, row.quarantined)
