"""Tells a platform that fails as a whole from one that fails for some client plans only."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from threading import Lock
from time import monotonic

from multitv.beenius.errors import PlatformUnavailable
from multitv.reconciliation.execution import OperationResult

# The platform as a whole: so many failures in a row, of so many client plans.
FAILURES = 20
CLIENT_PLANS = 5
_NAMED = 5


@dataclass
class CircuitBreaker:
    """Keeps doubtful failures back until the platform answers an operation begun later: they concern their rows alone.

    If the platform as a whole fails, what is kept back was never recorded, so a second try repeats it. For threads.
    Times are those of time.monotonic, in seconds.
    """

    # Each with the time at which it failed: an answer to what was sent before may be older than its failure.
    _kept: list[tuple[float, OperationResult]] = field(default_factory=list)
    _in_a_row: list[OperationResult] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def take(self, result: OperationResult, began: float) -> list[OperationResult]:
        """Return the results that may be recorded now; the operation `began` then. Raises PlatformUnavailable."""
        with self._lock:
            if not result.doubtful:
                return [*(self._release(began) if result.sent else ()), result]
            self._kept.append((monotonic(), result))
            if result.sent:
                self._in_a_row.append(result)
                self._judge()
            return []

    def release(self, began: float = inf) -> list[OperationResult]:
        """Return what failed before `began`: the platform answered what began then, or nothing is left to be sent."""
        with self._lock:
            return self._release(began)

    def _release(self, began: float) -> list[OperationResult]:
        self._in_a_row = []
        released = [result for failed, result in self._kept if failed <= began]
        self._kept = self._kept[len(released) :]
        return released

    def _judge(self) -> None:
        last = self._in_a_row[-FAILURES:]
        client_plans = sorted({result.operation.client_plan_id for result in last})
        if len(last) < FAILURES or len(client_plans) < CLIENT_PLANS:
            return
        named = ", ".join(map(str, client_plans[:_NAMED]))
        raise PlatformUnavailable(
            f"The platform fails as a whole: the last {FAILURES} operations, of client plans {named}"
            f"{' and others' if len(client_plans) > _NAMED else ''}, failed, and none succeeded. The last one: "
            f"{last[-1].note} Nothing more was sent, and these operations are not given up: once the platform is well "
            "again, clear this task, and it goes on where it stopped."
        )
