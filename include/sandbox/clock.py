"""The platform's time: UTC, and movable by an admin call so that a token or a key can grow old within a test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def stamp(moment: datetime) -> str:
    """Return `moment` as the platform writes it: UTC, milliseconds, `Z`; the text sorts as the time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


class Clock:
    """Now, plus what was added by hand."""

    def __init__(self, ahead: timedelta) -> None:
        self.ahead = ahead

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def text(self) -> str:
        return stamp(self.now())
