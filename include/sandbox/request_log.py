"""The log of requests and their outcomes, for tests to read. It never holds bodies or credentials."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import Any

KEPT = 100_000


@dataclass(slots=True)
class Entry:
    """One request. `outcome`: read, executed, replayed, refused, or not reached (a fault answered instead)."""

    at: str
    method: str
    path: str
    query: str
    request_id: str
    idempotency_key: str | None
    status: int | None = None
    outcome: str = "not reached"
    faults: list[str] = field(default_factory=list)


class RequestLog:
    """The last requests, oldest first, and the outcomes of all requests since the log was cleared."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self.counts: Counter[str] = Counter()

    def add(self, entry: Entry) -> None:
        self._entries.append(entry)

    def close(self, entry: Entry, status: int | None) -> None:
        entry.status = status
        self.counts[entry.outcome] += 1

    def clear(self) -> None:
        self._entries.clear()
        self.counts.clear()

    def entries(self, limit: int, **wanted: str | None) -> list[dict[str, Any]]:
        """Return the last `limit` entries whose fields equal `wanted`; None matches anything."""
        asked = {name: value for name, value in wanted.items() if value is not None}
        found = [e for e in self._entries if all(getattr(e, name) == value for name, value in asked.items())]
        return [asdict(entry) for entry in found[-limit:]]
