"""Finds billing runs that stopped half-way or never started, with the next step for a person."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile

from sqlalchemy import Engine

from multitv.billing.due_date import due_dates
from multitv.database.engine import bulk_transaction
from multitv.database.rows import read_as
from multitv.database.sql import named
from multitv.errors import PermanentError
from multitv.settings import Settings

log = logging.getLogger(__name__)

# A step takes seconds even for a million events, and its retries some minutes.
GRACE = timedelta(hours=2)
LOOK_BACK = timedelta(days=62)


class UnfinishedRuns(PermanentError):
    """Some billing runs need a person. The message names each and the next step."""


@dataclass(frozen=True)
class Unfinished:
    """A due date whose billing is stuck: what happened, and the next step."""

    due_date: date
    what: str
    advice: str

    def __str__(self) -> str:
        return f"{self.due_date}: {self.what}; {self.advice}"


def unfinished(engine: Engine, settings: Settings, today: date) -> list[Unfinished]:
    """Return the stuck due dates, oldest first. `today` is the ISP's business date. Raises DatabaseUnavailable."""
    started = today + timedelta(settings.tv_billing_days_ahead) - timedelta(1)
    scheduled = takewhile(lambda due: due <= started, due_dates(settings.due_days, today - LOOK_BACK))
    with bulk_transaction(engine) as connection:
        rows = connection.execute(named("billing/unfinished"), {"scheduled": list(scheduled), "grace": GRACE}).all()
    return [read_as(Unfinished, row) for row in rows]


def sweep(engine: Engine, settings: Settings, today: date) -> None:
    """Fail if a due date is stuck, so that a person is alerted. Raises UnfinishedRuns, DatabaseUnavailable."""
    found = unfinished(engine, settings, today)
    for item in found:
        log.error("%s", item)
    if found:
        raise UnfinishedRuns(f"{len(found)} due dates need a person. {' | '.join(map(str, found))}")
    log.info("No billing run is stuck.")


def recent_due_dates(engine: Engine, today: date) -> list[date]:
    """Return the due dates of the TV billing from LOOK_BACK before `today` on. Raises DatabaseUnavailable."""
    with bulk_transaction(engine) as connection:
        return list(connection.execute(named("billing/recent_runs"), {"since": today - LOOK_BACK}).scalars())
