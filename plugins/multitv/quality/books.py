"""Named checks of a due date, each an SQL statement that returns the offenders. No offender: the books are right."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Engine

from multitv.database.engine import bulk_transaction
from multitv.database.sql import named
from multitv.errors import PermanentError

log = logging.getLogger(__name__)

LIST = ("negative_price", "listed_twice")
NEVER_BILLED = ("impossible_due_day", "incomplete_client_plan", "orphan_client_package", "unserved_due_day")
PLANS = ("impossible_monthly_price", "due_twice")
BOOKS = ("expected_is_billed", "processed_is_posted", "one_live_charge", "candidate_accounted_for")

_SHOWN = 5


class CheckFailed(PermanentError):
    """A check found offenders; the message names the check and some of them."""


def warn(engine: Engine, names: tuple[str, ...], due_days: Sequence[int]) -> None:
    """Run the named checks, which concern no due date, and log what they find as warnings. Writes nothing.

    `due_days` are those that the ISP's schedule serves.

    Raises DatabaseUnavailable.
    """
    for name, offenders in _run(engine, names, {"due_days": list(due_days)}).items():
        if offenders:
            log.warning("%s: %s. They are on no list, or on none that the schedule makes.", name, _some(offenders))


def check(engine: Engine, names: tuple[str, ...], due_date: date) -> None:
    """Run the named checks for a due date and log each. Writes nothing.

    Raises CheckFailed with every check that found offenders, DatabaseUnavailable.
    """
    parameters = {"due_date": due_date}
    found = {name: offenders for name, offenders in _run(engine, names, parameters).items() if offenders}
    if found:
        # What is posted is not edited: of the books a person has to find out first what happened.
        next_step = (
            "Hold the invoices back and call whoever owns billing before clearing anything."
            if set(found) <= set(BOOKS)
            else "Correct these rows, then clear this task."
        )
        details = " | ".join(f"{name}: {_some(offenders)}" for name, offenders in found.items())
        raise CheckFailed(
            f"Due date {due_date}: {len(found)} of {len(names)} checks failed. {details}. "
            f"{next_step} This check wrote nothing."
        )


def _run(engine: Engine, names: tuple[str, ...], parameters: dict[str, Any]) -> dict[str, Sequence[str]]:
    results: dict[str, Sequence[str]] = {}
    with bulk_transaction(engine) as connection:
        for name in names:
            results[name] = connection.execute(named(f"quality/{name}"), parameters).scalars().all()
            log.info("%s: %s", name, f"{len(results[name])} offenders" if results[name] else "ok")
    return results


def _some(offenders: Sequence[str]) -> str:
    more = f" and {len(offenders) - _SHOWN} more" if len(offenders) > _SHOWN else ""
    return "; ".join(offenders[:_SHOWN]) + more
