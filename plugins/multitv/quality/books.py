"""Named checks of a due date, each an SQL statement that returns the offenders. No offender: the books are right."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Engine

from multitv.database.engine import transaction
from multitv.database.sql import named
from multitv.errors import PermanentError

log = logging.getLogger(__name__)

LIST = ("negative_price", "listed_twice")
NEVER_BILLED = ("impossible_due_day", "orphan_client_package")
PLANS = ("impossible_monthly_price", "due_twice")
BOOKS = ("expected_is_billed", "processed_is_posted", "one_live_charge", "candidate_accounted_for")

_SHOWN = 5


class CheckFailed(PermanentError):
    """A check found offenders; the message names the check and some of them."""


def warn(engine: Engine, names: tuple[str, ...]) -> None:
    """Run the named checks, which concern no due date, and log what they find as warnings. Writes nothing.

    Raises DatabaseUnavailable.
    """
    for name, offenders in _run(engine, names, {}).items():
        if offenders:
            log.warning("%s: %s. They are on no list and are never billed.", name, _some(offenders))


def check(engine: Engine, names: tuple[str, ...], due_date: date) -> None:
    """Run the named checks for a due date and log each. Writes nothing.

    Raises CheckFailed with every check that found offenders, DatabaseUnavailable.
    """
    parameters = {"due_date": due_date, "reference_month": due_date.replace(day=1)}
    found = {name: offenders for name, offenders in _run(engine, names, parameters).items() if offenders}
    if found:
        details = " | ".join(f"{name}: {_some(offenders)}" for name, offenders in found.items())
        raise CheckFailed(
            f"Due date {due_date}: {len(found)} of {len(names)} checks failed. {details}. "
            "Correct these rows, then clear this task; this check wrote nothing."
        )


def _run(engine: Engine, names: tuple[str, ...], parameters: dict[str, date]) -> dict[str, Sequence[str]]:
    results: dict[str, Sequence[str]] = {}
    with transaction(engine) as connection:
        for name in names:
            results[name] = connection.execute(named(f"quality/{name}"), parameters).scalars().all()
            log.info("%s: %s", name, f"{len(results[name])} offenders" if results[name] else "ok")
    return results


def _some(offenders: Sequence[str]) -> str:
    more = f" and {len(offenders) - _SHOWN} more" if len(offenders) > _SHOWN else ""
    return "; ".join(offenders[:_SHOWN]) + more
