"""Counts the requests of one client: how many, how they were answered, and how long that took. Threads may share it."""

from __future__ import annotations

from bisect import bisect_left
from math import inf
from threading import Lock

# Upper bounds of the classes of duration, in seconds: a write takes some tens of ms, a page of subscribers seconds.
BOUNDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, inf)
# Status codes that are counted by themselves. Others count by their hundred, so that there are never many.
CODES = frozenset({200, 201, 202, 204, 400, 401, 403, 404, 409, 412, 422, 429, 500, 502, 503, 504})
NO_ANSWER = "none"


class RequestTally:
    """The requests so far, by status code and class of duration."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counted: dict[tuple[str, float], tuple[int, float]] = {}

    def add(self, status: int | None, seconds: float) -> None:
        """Count a request; without a status it had no whole answer."""
        key = (_code(status), BOUNDS[bisect_left(BOUNDS, seconds)])
        with self._lock:
            requests, total = self._counted.get(key, (0, 0.0))
            self._counted[key] = (requests + 1, total + seconds)

    def take(self) -> list[tuple[str, float, int, float]]:
        """Return code, bound, requests and seconds of each class, in order, and begin at zero."""
        with self._lock:
            counted, self._counted = self._counted, {}
        return [(*key, *value) for key, value in sorted(counted.items())]


def _code(status: int | None) -> str:
    if status is None:
        return NO_ANSWER
    return str(status) if status in CODES else f"{status // 100}xx"
