"""Named checks of a due date, each an SQL statement that returns the offenders. No offender: the books are right."""

from __future__ import annotations

import logging
from datetime import date

from sqlalchemy import Engine

from multitv.database.engine import transaction
from multitv.database.sql import named
from multitv.errors import PermanentError

log = logging.getLogger(__name__)

LIST = ("negative_price", "listed_twice")
PLANS = ("impossible_monthly_price", "due_twice")
BOOKS = ("expected_is_billed", "processed_is_posted", "one_live_charge", "candidate_accounted_for")

_SHOWN = 5


class CheckFailed(PermanentError):
    """A check found offenders; the message names the check and some of them."""


def check(engine: Engine, names: tuple[str, ...], due_date: date) -> None:
    """Run the named checks for a due date and log each. Writes nothing.

    Raises CheckFailed with every check that found offenders, DatabaseUnavailable.
    """
    parameters = {"due_date": due_date, "reference_month": due_date.replace(day=1)}
    found: list[str] = []
    with transaction(engine) as connection:
        for name in names:
            offenders = connection.execute(named(f"quality/{name}"), parameters).scalars().all()
            log.info("%s: %s", name, f"{len(offenders)} offenders" if offenders else "ok")
            if offenders:
                more = f" and {len(offenders) - _SHOWN} more" if len(offenders) > _SHOWN else ""
                found.append(f"{name}: {'; '.join(offenders[:_SHOWN])}{more}")
    if found:
        raise CheckFailed(
            f"Due date {due_date}: {len(found)} of {len(names)} checks failed. {' | '.join(found)}. "
            "Correct these rows, then clear this task; this check wrote nothing."
        )
