"""Ctrl-C, SIGTERM and SIGHUP stop the stack at any moment, except between starting a process and recording it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A signal asks the stack to stop. Not an Exception, so that no handler swallows it by accident."""


class Interrupts:
    """Turns the first signal into Interrupted, and ignores later ones so that they cannot interrupt the stopping."""

    def __init__(self) -> None:
        self._shields = 0
        self._asked = False

    def listen(self) -> None:
        """Install the signal handlers. May only be called from the main thread."""
        for number in SIGNALS:
            # SIGHUP stays ignored under nohup.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._receive)

    @contextmanager
    def shield(self) -> Iterator[None]:
        """Delay a signal until the block has ended."""
        self._shields += 1
        try:
            yield
        finally:
            self._shields -= 1
        if self._asked and not self._shields:
            raise Interrupted

    def ignore(self) -> None:
        """Ignore all further signals: the stack is stopping anyway."""
        self._shields += 1
        self._asked = False

    def _receive(self, number: int, frame: FrameType | None) -> None:
        first = not self._asked
        self._asked = True
        if first and not self._shields:
            raise Interrupted
