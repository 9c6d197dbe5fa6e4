"""Finds billing runs that stopped half-way or never started, and credits that need a person.

It reports the next step for each in Portuguese, and how much waits for an invoice.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import takewhile

from sqlalchemy import Engine

from multitv.billing.due_date import due_dates
from multitv.database.engine import bulk_transaction
from multitv.database.rows import read_as
from multitv.database.sql import named
from multitv.errors import PermanentError
from multitv.labels import Reason, number
from multitv.markdown import table
from multitv.money import reais
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


@dataclass(frozen=True)
class Waiting:
    """What waits for an invoice or for a person, of all due dates. Amounts are in reais.

    `waiting` credits have `rest` left, and `in_parts` of them are posted in part; `payouts` of `to_pay_out` are to be
    made; `charges` wait for a later invoice of their client plans.
    """

    waiting: int
    rest: Decimal
    in_parts: int
    payouts: int
    to_pay_out: Decimal
    charges: int


def waiting(engine: Engine) -> Waiting:
    """Return what waits for an invoice, or to be paid out. Raises DatabaseUnavailable."""
    with bulk_transaction(engine) as connection:
        return read_as(Waiting, connection.execute(named("billing/count_waiting")).one())


def unfinished(engine: Engine, settings: Settings, today: date) -> list[Unfinished]:
    """Return the stuck due dates, oldest first. `today` is the ISP's business date. Raises DatabaseUnavailable."""
    started = today + timedelta(settings.tv_billing_days_ahead) - timedelta(1)
    scheduled = takewhile(lambda due: due <= started, due_dates(settings.due_days, today - LOOK_BACK))
    overdue = today - timedelta(settings.standard_billing_deadline_days)
    with bulk_transaction(engine) as connection:
        parameters = {"scheduled": list(scheduled), "grace": GRACE, "patience": LOOK_BACK, "overdue": overdue}
        rows = connection.execute(named("billing/unfinished"), parameters).all()
    return [Unfinished(row.due_date, Reason(row.code, row.parameters)) for row in rows]


def sweep(engine: Engine, settings: Settings, today: date) -> None:
    """Fail if a due date is stuck, so that a person is alerted. Raises UnfinishedRuns, DatabaseUnavailable."""
    found = unfinished(engine, settings, today)
    report = _report(found, waiting(engine))
    if found:
        log.error("%s", report)
        raise UnfinishedRuns(
            f"{len(found)} due dates need a person. {' | '.join(map(str, found))}. The report in this log has the next "
            "step for each."
        )
    log.info("%s", report)


def _report(found: list[Unfinished], waits: Waiting) -> str:
    title = "# Faturamentos parados"
    if found:
        rows = [[f"{item.due_date:%d/%m/%Y}", item.reason.sentence] for item in found]
        lines = [title, "", *table(["vencimento", "o que houve, e o próximo passo"], rows)]
    else:
        lines = [title, "", "Nenhum faturamento está parado."]
    amounts = [
        ("créditos sem fatura", waits.waiting, reais(waits.rest)),
        ("destes, lançados em parte", waits.in_parts, "—"),
        ("créditos a pagar ao cliente", waits.payouts, reais(waits.to_pay_out)),
        ("cobranças à espera da próxima fatura", waits.charges, "—"),
    ]
    shown = [[what, number(count), amount] for what, count, amount in amounts if count]
    if shown:
        lines += ["", *table(["o que espera", "quantos", "valor"], shown)]
    return "\n".join(lines)


def recent_due_dates(engine: Engine, today: date) -> list[date]:
    """Return the due dates of the TV billing from LOOK_BACK before `today` on. Raises DatabaseUnavailable."""
    with bulk_transaction(engine) as connection:
        return list(connection.execute(named("billing/recent_runs"), {"since": today - LOOK_BACK}).scalars())
