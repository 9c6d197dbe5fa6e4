"""Keeps an answer for a few seconds, and has it made by one of those who ask at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic


class SingleFlight:
    """The last answer. Those who wait for the next one take no thread and no connection."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = asyncio.Lock()
        self._made = -seconds
        self._answer = b""

    async def get(self, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """Return the answer, which `make` makes if the last one is too old. Raises what `make` raises."""
        async with self._lock:
            if monotonic() - self._made >= self._seconds:
                self._answer = await make()
                self._made = monotonic()
            return self._answer
