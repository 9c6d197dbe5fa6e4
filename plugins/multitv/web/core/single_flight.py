"""Keeps an answer for a few seconds, and has it made by one of those who ask at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """The last answer. Those who wait for the next one take no thread and no connection."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = asyncio.Lock()
        # With the time at which it was made.
        self._last: tuple[float, T] | None = None

    async def get(self, make: Callable[[], Awaitable[T]]) -> T:
        """Return the answer, which `make` makes if the last one is too old. Raises what `make` raises."""
        async with self._lock:
            if self._last is None or monotonic() - self._last[0] >= self._seconds:
                answer = await make()
                self._last = monotonic(), answer
            return self._last[1]
