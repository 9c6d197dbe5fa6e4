"""The ISP's standard billing of a due date: an invoice for each client plan that is due, with its monthly price.

An ISP whose ERP does this itself switches the DAG off and writes finance.invoice and billing.run instead.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine

from multitv.billing.run import Run, hold, open_run, read_run
from multitv.database.engine import transaction
from multitv.database.sql import named

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Invoiced:
    """What a standard billing run added; nothing, if it was closed before."""

    invoices: int
    postings: int


def bill_plans(engine: Engine, due_date: date) -> Invoiced:
    """Invoice the plans of a due date and close its standard billing, in one transaction.

    A due date whose standard billing is closed already is left as it is. Raises DatabaseUnavailable.
    """
    with transaction(engine) as connection:
        hold(connection, due_date)
        run = open_run(connection, "standard", due_date)
        if run.status == "closed":
            log.info("The standard billing of %s is closed already: nothing to do.", due_date)
            return Invoiced(0, 0)
        of_date = {"due_date": due_date}
        invoices = connection.execute(named("billing/insert_invoices"), of_date).rowcount
        postings = connection.execute(named("billing/post_plans"), of_date).rowcount
        connection.execute(named("billing/close_run"), {"run_id": run.id})
    log.info("Standard billing of %s: %s invoices, %s postings; closed.", due_date, invoices, postings)
    return Invoiced(invoices, postings)


def record_failure(engine: Engine, due_date: date, reason: str) -> None:
    """Record that the standard billing of a due date failed, so that the TV billing does not wait in vain.

    A standard billing that was closed stays closed. Raises DatabaseUnavailable.
    """
    with transaction(engine) as connection:
        hold(connection, due_date)
        connection.execute(named("billing/fail_run"), {"kind": "standard", "due_date": due_date, "reason": reason})
    log.error("The standard billing of %s failed: %s", due_date, reason)


def standard_billing(engine: Engine, due_date: date) -> Run | None:
    """Return the state of a due date's standard billing, None if it has not begun. Raises DatabaseUnavailable."""
    with transaction(engine) as connection:
        return read_run(connection, "standard", due_date)
