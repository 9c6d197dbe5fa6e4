"""Finds billing runs that stopped half-way or never started, and reports the next step for a person in Portuguese."""

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
from multitv.labels import Reason
from multitv.markdown import table
from multitv.settings import Settings

log = logging.getLogger(__name__)

# A step takes seconds even for a million events, and its retries some minutes.
GRACE = timedelta(hours=2)
LOOK_BACK = timedelta(days=62)


class UnfinishedRuns(PermanentError):
    """Some billing runs need a person. The message names each; the report in the log has the next step."""


@dataclass(frozen=True)
class Unfinished:
    """A due date whose billing is stuck. The sentence of the reason says what happened, and the next step."""

    due_date: date
    reason: Reason

    def __str__(self) -> str:
        return f"{self.due_date}: {self.reason}"


def unfinished(engine: Engine, settings: Settings, today: date) -> list[Unfinished]:
    """Return the stuck due dates, oldest first. `today` is the ISP's business date. Raises DatabaseUnavailable."""
    started = today + timedelta(settings.tv_billing_days_ahead) - timedelta(1)
    scheduled = takewhile(lambda due: due <= started, due_dates(settings.due_days, today - LOOK_BACK))
    with bulk_transaction(engine) as connection:
        rows = connection.execute(named("billing/unfinished"), {"scheduled": list(scheduled), "grace": GRACE}).all()
    return [Unfinished(row.due_date, Reason(row.code, row.parameters)) for row in rows]


def sweep(engine: Engine, settings: Settings, today: date) -> None:
    """Fail if a due date is stuck, so that a person is alerted. Raises UnfinishedRuns, DatabaseUnavailable."""
    found = unfinished(engine, settings, today)
    report = _report(found)
    if found:
        log.error("%s", report)
        raise UnfinishedRuns(
            f"{len(found)} due dates need a person. {' | '.join(map(str, found))}. The report in this log has the next "
            "step for each."
        )
    log.info("%s", report)


def _report(found: list[Unfinished]) -> str:
    if not found:
        return "# Faturamentos parados\n\nNenhum faturamento está parado."
    rows = [[f"{item.due_date:%d/%m/%Y}", item.reason.sentence] for item in found]
    return "\n".join(["# Faturamentos parados", "", *table(["vencimento", "o que houve, e o próximo passo"], rows)])


def recent_due_dates(engine: Engine, today: date) -> list[date]:
    """Return the due dates of the TV billing from LOOK_BACK before `today` on. Raises DatabaseUnavailable."""
    with bulk_transaction(engine) as connection:
        return list(connection.execute(named("billing/recent_runs"), {"since": today - LOOK_BACK}).scalars())
