"""An even pace of requests, which slows down when the platform asks for it. Threads may share it."""

from __future__ import annotations

import threading
import time

# Told to slow down, we go at half the pace, down to an eighth; every request without complaint wins a little back.
_SLOWEST = 8.0
_RECOVERY = 0.995


class Pace:
    """Lets so many requests a second go, one after the other."""

    def __init__(self, requests_per_second: float) -> None:
        self._interval = 1 / requests_per_second
        self._slowness = 1.0
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Sleep until it is this request's turn."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._interval * self._slowness
            self._slowness = max(1.0, self._slowness * _RECOVERY)
        if turn > now:
            time.sleep(turn - now)

    def slow_down(self) -> None:
        """Halve the pace."""
        with self._lock:
            self._slowness = min(_SLOWEST, self._slowness * 2)
