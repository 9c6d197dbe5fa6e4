"""The look back: billing runs that died in the middle or never came, and what a person should do about each."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile

from sqlalchemy import Engine

from multitv.billing.due_date import due_dates
from multitv.database.engine import bulk_transaction
from multitv.database.sql import named
from multitv.errors import PermanentError
from multitv.settings import Settings

log = logging.getLogger(__name__)

# A step of a million events takes seconds, and its retries some minutes.
GRACE = timedelta(hours=2)
LOOK_BACK = timedelta(days=62)


class UnfinishedRuns(PermanentError):
    """Some billing runs need a person; the message says which and what to do."""


@dataclass(frozen=True)
class Unfinished:
    """A due date that is stuck, why, and what to do."""

    due_date: date
    what: str
    advice: str

    def __str__(self) -> str:
        return f"{self.due_date}: {self.what}; {self.advice}"


def unfinished(engine: Engine, settings: Settings, today: date) -> list[Unfinished]:
    """Return what is stuck, oldest first. `today` is the ISP's business date. Raises DatabaseUnavailable."""
    started = today + timedelta(settings.tv_billing_days_ahead) - timedelta(1)
    scheduled = takewhile(lambda due: due <= started, due_dates(settings.due_days, today - LOOK_BACK))
    with bulk_transaction(engine) as connection:
        rows = connection.execute(named("billing/unfinished"), {"scheduled": list(scheduled), "grace": GRACE}).all()
    return [Unfinished(*row) for row in rows]


def sweep(engine: Engine, settings: Settings, today: date) -> None:
    """Raise UnfinishedRuns if anything is stuck, so that somebody is told. Writes nothing."""
    found = unfinished(engine, settings, today)
    for item in found:
        log.error("%s", item)
    if found:
        raise UnfinishedRuns(f"{len(found)} due dates need a person. {' | '.join(map(str, found))}")
    log.info("No billing run is stuck.")


def recent_due_dates(engine: Engine, today: date) -> list[date]:
    """Return the due dates whose books are still worth checking. Raises DatabaseUnavailable."""
    with bulk_transaction(engine) as connection:
        return list(connection.execute(named("billing/recent_runs"), {"since": today - LOOK_BACK}).scalars())
