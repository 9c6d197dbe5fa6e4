"""Starts a component again that ended by itself, unless it keeps ending."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable

from include.local.processes import ProcessFailed

MOST = 3
WITHIN_SECONDS = 300.0


class Revival:
    """Counts how often each component ended by itself, and says each time that it did."""

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._say = say
        self._clock = clock
        self._ends: dict[str, list[float]] = defaultdict(list)

    def revive(self, name: str, ended: str, start: Callable[[], None]) -> None:
        """Say how the component `ended`, and start it again; the count also takes a start that fails.

        Raises ProcessFailed, with `ended`, once it has ended more than MOST times within WITHIN_SECONDS; and what
        `start` raises.
        """
        now = self._clock()
        recent = [at for at in self._ends[name] if now - at < WITHIN_SECONDS]
        if len(recent) >= MOST:
            raise ProcessFailed(
                f"{name} was started again {MOST} times within {WITHIN_SECONDS / 60:.0f} minutes, and ended each time. "
                f"{ended}"
            )
        self._ends[name] = [*recent, now]
        self._say(f"{name} is started again. {ended}")
        start()
