"""Ctrl-C, SIGTERM and SIGHUP end the stack at any moment, but never between starting a process and noting it down."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """Somebody asked us to stop. Not an Exception, so that nothing swallows it by accident."""


class Interrupts:
    """Turns the first signal into Interrupted and ignores those that follow, so that stopping is never cut short."""

    def __init__(self) -> None:
        self._shields = 0
        self._asked = False

    def listen(self) -> None:
        """Take over the signals of this process. Only the main thread can."""
        for number in SIGNALS:
            # nohup stays nohup.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._receive)

    @contextmanager
    def shield(self) -> Iterator[None]:
        """Put a signal off until the block has ended."""
        self._shields += 1
        try:
            yield
        finally:
            self._shields -= 1
        if self._asked and not self._shields:
            raise Interrupted

    def ignore(self) -> None:
        """From here on we are stopping anyway."""
        self._shields += 1
        self._asked = False

    def _receive(self, number: int, frame: FrameType | None) -> None:
        first = not self._asked
        self._asked = True
        if first and not self._shields:
            raise Interrupted
