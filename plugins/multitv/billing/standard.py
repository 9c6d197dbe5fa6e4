"""The ISP's standard billing of a due date: an invoice with the monthly price for each client plan that is due.

An ISP whose ERP does this pauses the DAG; its ERP writes finance.invoice and billing.run.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date

from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError
from tenacity import Retrying, retry_if_exception, stop_after_attempt

from multitv.billing.run import BillingRun, lock_due_date, open_run, read_run
from multitv.database.engine import bulk_transaction, transaction
from multitv.database.sql import named
from multitv.erp.facts import require_client_plans

log = logging.getLogger(__name__)

_TRIES = 3


@dataclass(frozen=True)
class Invoiced:
    """The numbers of invoices and postings that a standard billing added; the plan fees of open months among these."""

    invoices: int
    postings: int
    open_fees: int = 0


def bill_plans(engine: Engine, due_date: date) -> Invoiced:
    """Invoice the plans of a due date and close its standard billing, in one transaction.

    If the due date is closed already, missing invoices and postings are added and nothing else changes. A plan fee is
    posted once a month: a client plan that has it on another due date gets an invoice without it. The fees of open
    months are posted as well, where the policy bills open months. Raises ErpEmpty, DatabaseUnavailable.
    """
    with bulk_transaction(engine) as connection:
        lock_due_date(connection, due_date)
        require_client_plans(connection)
        run = open_run(connection, "standard", due_date)
        of_date: dict[str, object] = {"due_date": due_date}
        invoices = _added(connection, "billing/insert_invoices", of_date)
        # The oldest first, so that two due dates never wait for each other.
        open_fees = sum(
            _posted(connection, "billing/post_open_fees", month, of_date | {"month": month})
            for month in connection.execute(named("billing/open_fee_months"), of_date).scalars().all()
        )
        postings = _posted(connection, "billing/post_plans", due_date.replace(day=1), of_date)
        connection.execute(named("billing/close_open_fees"), of_date)
        if run.status != "closed":
            connection.execute(named("billing/close_run"), {"run_id": run.id})
    again = " more, closed before" if run.status == "closed" else ""
    log.info(
        "Standard billing of %s: %s invoices, %s postings, %s of open months%s; closed.",
        due_date,
        invoices,
        postings + open_fees,
        open_fees,
        again,
    )
    return Invoiced(invoices, postings + open_fees, open_fees)


def _posted(connection: Connection, statement: str, month: date, parameters: dict[str, object]) -> int:
    """Return how many plan fees of a month a statement posted. It waits for other due dates that post some."""
    of_month = {"due_date": month}
    connection.execute(named("billing/open_fee_month"), of_month)
    fees = _added(connection, statement, parameters)
    connection.execute(named("billing/close_fee_month"), of_month)
    return fees


def _added(connection: Connection, statement: str, parameters: dict[str, object]) -> int:
    """Return how many rows an insert of what is missing added.

    If somebody else, as an ERP, adds the same rows meanwhile, a key refuses ours; the next try sees those and adds the
    others.
    """

    def once() -> int:
        with connection.begin_nested():
            return connection.execute(named(statement), parameters).rowcount

    tries = Retrying(retry=retry_if_exception(_is_there_already), stop=stop_after_attempt(_TRIES), reraise=True)
    return tries(once)


def _is_there_already(error: BaseException) -> bool:
    return isinstance(error, IntegrityError) and isinstance(error.orig, UniqueViolation)


def record_failure(engine: Engine, due_date: date, code: str, reason: str) -> None:
    """Record that the standard billing of a due date failed, so that the TV billing stops waiting for it.

    `code` is the cause in labels.SENTENCES, `reason` the error's message. A standard billing that is closed stays
    closed. Raises DatabaseUnavailable.
    """
    with transaction(engine) as connection:
        lock_due_date(connection, due_date)
        connection.execute(
            named("billing/fail_run"), {"kind": "standard", "due_date": due_date, "code": code, "reason": reason}
        )
    log.error("The standard billing of %s failed: %s", due_date, reason)


def standard_billing(engine: Engine, due_date: date) -> BillingRun | None:
    """Return the standard billing run of a due date, None if it has not begun. Raises DatabaseUnavailable."""
    with transaction(engine) as connection:
        return read_run(connection, "standard", due_date)
