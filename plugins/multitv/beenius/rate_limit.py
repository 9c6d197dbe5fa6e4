"""Limits the rate of requests: evenly spaced, and paused while the platform asks us to wait. Threads share both."""

from __future__ import annotations

import random
import threading
import time

# Each 'slow down' halves the rate, down to an eighth; every request wins a little of it back.
_SLOWEST = 8.0
_RECOVERY = 0.995


class RateLimiter:
    """Lets a number of requests a second through, evenly spaced."""

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
        """Halve the rate."""
        with self._lock:
            self._slowness = min(_SLOWEST, self._slowness * 2)


class SharedPause:
    """Pauses all threads for as long as the platform asked any of them to wait."""

    def __init__(self) -> None:
        self._until = 0.0
        self._seconds = 0.0
        self._lock = threading.Lock()

    def extend(self, seconds: float) -> None:
        """Pause every thread for this long from now on."""
        with self._lock:
            self._until = max(self._until, time.monotonic() + seconds)
            self._seconds = seconds

    def wait(self, deadline: float) -> bool:
        """Sleep until the pause is over, plus a random share to spread threads; False if it ends after `deadline`."""
        while (left := self._until - time.monotonic()) > 0:
            if self._until > deadline:
                return False
            time.sleep(left + random.uniform(0, self._seconds / 4))  # noqa: S311 - not a secret
        return True
