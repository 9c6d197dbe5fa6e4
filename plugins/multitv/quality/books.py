"""Runs named checks of the books, each an SQL statement that returns the offenders."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Engine

from multitv.database.engine import bulk_transaction
from multitv.database.locks import lock
from multitv.database.sql import named
from multitv.errors import PermanentError
from multitv.event_codes import with_event_codes

log = logging.getLogger(__name__)

NEVER_BILLED = ("impossible_due_day", "incomplete_client_plan", "orphan_client_package", "unserved_due_day")
UNSERVED = ("unserved_extras",)
PLANS = ("impossible_monthly_price", "parked_client_plan")
PARKED = ("parked",)
PRICES = ("charge_of_other_price",)
FEES = ("fee_posted_before", "fee_of_no_contract")
ONE_FEE = ("one_plan_fee",)
BOOKS = (
    "expected_is_billed",
    "processed_is_posted",
    "one_live_charge",
    "candidate_accounted_for",
    "reversal_nets_to_zero",
    "credit_adds_up",
    "invoice_below_zero",
    "charge_of_no_sale",
    "correction_of_no_effect",
    *ONE_FEE,
)
_NEXT_STEP = {
    "parked": "Correct them and run tv_billing for this due date again.",
    "impossible_monthly_price": "Correct them in the ERP; their client plans are parked.",
    "parked_client_plan": "The others are billed. Correct these rows of the ERP, and run standard_billing and "
    "tv_billing for this due date again.",
    "charge_of_other_price": "If nobody changed the price in the database itself, somebody forged them: ask who.",
    "fee_posted_before": "Their due day moved. They have an invoice of this due date without a second fee.",
    "fee_of_no_contract": "If their price or contract did not change since, somebody else wrote these fees: ask who.",
}

_SHOWN = 5
_KEPT = 10_000


class CheckFailed(PermanentError):
    """A check found offenders; the message names the check and some of them."""


class DueDaysUnserved(PermanentError):
    """Contracts with TV extras are on due days that no schedule serves."""


def warn(engine: Engine, names: tuple[str, ...], due_days: Sequence[int]) -> None:
    """Run the named checks, which concern no due date, and log their offenders as warnings.

    `due_days` are those that the ISP's schedule serves. Offenders are recorded in quality.offender.
    Raises DatabaseUnavailable.
    """
    for name, offenders in _run(engine, names, None, {"due_days": list(due_days)}).items():
        if offenders:
            log.warning("%s: %s. They are on no list, or on none that the schedule makes.", name, _some(offenders))


def require_served(engine: Engine, due_days: Sequence[int]) -> None:
    """Raise DueDaysUnserved if contracts with TV extras are on due days that no schedule serves; DatabaseUnavailable.

    `due_days` are those that the ISP's schedule serves. Offenders are recorded in quality.offender.
    """
    unserved = [
        offender for found in _run(engine, UNSERVED, None, {"due_days": list(due_days)}).values() for offender in found
    ]
    if unserved:
        raise DueDaysUnserved(
            f"No schedule bills these TV extras: {'; '.join(unserved)}. Add the due days to MULTITV_DUE_DAYS of every "
            "component and start them again, or correct the contracts in the ERP. A due date that has begun meanwhile "
            "is billed by hand: trigger standard_billing and tv_billing for it."
        )


def warn_of(engine: Engine, names: tuple[str, ...], due_date: date) -> None:
    """Run the named checks for a due date and log their offenders as warnings; billing of the others goes on.

    Offenders are recorded in quality.offender. Raises DatabaseUnavailable.
    """
    for name, offenders in _run(engine, names, due_date, {}).items():
        if offenders:
            log.warning("Due date %s: %s: %s. %s", due_date, name, _some(offenders), _NEXT_STEP[name])


def check(engine: Engine, names: tuple[str, ...], due_date: date) -> None:
    """Run the named checks for a due date and log each. Offenders are recorded in quality.offender.

    Raises CheckFailed with every check that found offenders, DatabaseUnavailable.
    """
    found = {name: offenders for name, offenders in _run(engine, names, due_date, {}).items() if offenders}
    if found:
        # Postings are never edited: if the books differ, a person has to find out first what happened.
        next_step = (
            "Hold the invoices back and call whoever owns billing before clearing anything."
            if set(found) <= set(BOOKS)
            else "Correct these rows, then clear this task."
        )
        details = " | ".join(f"{name}: {_some(offenders)}" for name, offenders in found.items())
        raise CheckFailed(
            f"Due date {due_date}: {len(found)} of {len(names)} checks failed. {details}. "
            f"{next_step} All of them are in quality.offender; the books are as they were."
        )


def check_all(engine: Engine, names: tuple[str, ...], due_dates: Sequence[date]) -> None:
    """Run the named checks for each due date, then raise CheckFailed with all failures, if any; DatabaseUnavailable."""
    failed = []
    for due_date in due_dates:
        try:
            check(engine, names, due_date)
        except CheckFailed as error:
            failed.append(str(error))
    if failed:
        raise CheckFailed(" || ".join(failed))


def _run(
    engine: Engine, names: tuple[str, ...], due_date: date | None, parameters: dict[str, Any]
) -> dict[str, Sequence[str]]:
    results: dict[str, Sequence[str]] = {}
    of_date = {} if due_date is None else {"due_date": due_date}
    with bulk_transaction(engine) as connection:
        for name in names:
            results[name] = connection.execute(named(f"quality/{name}"), parameters | of_date).scalars().all()
            log.info("%s: %s", name, f"{len(results[name])} offenders" if results[name] else "ok")
        lock(connection, "quality offenders")
        for name, offenders in results.items():
            connection.execute(
                named("quality/keep_offenders"),
                {"check_name": name, "due_date": due_date, "offenders": list(offenders[:_KEPT])},
            )
    return results


def _some(offenders: Sequence[str]) -> str:
    more = f" and {len(offenders) - _SHOWN} more" if len(offenders) > _SHOWN else ""
    return with_event_codes("; ".join(offenders[:_SHOWN])) + more
