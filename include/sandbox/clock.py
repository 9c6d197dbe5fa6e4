"""The platform's clock: UTC, and moved ahead by an admin call so that tokens and keys can expire within a test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def stamp(moment: datetime) -> str:
    """Return a time in the platform's format: UTC, milliseconds, `Z`. Sorting the text sorts by time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


class Clock:
    """The current time plus `ahead`."""

    def __init__(self, ahead: timedelta) -> None:
        self.ahead = ahead

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def text(self) -> str:
        return stamp(self.now())
