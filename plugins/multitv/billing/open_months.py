"""What months owe compared with what was charged: months that nobody billed, and charges beyond what is owed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, Engine

from multitv.billing.run import Tally
from multitv.database.engine import bulk_transaction
from multitv.database.locks import lock
from multitv.database.rows import read_as
from multitv.database.sql import named
from multitv.erp.facts import require_client_plans
from multitv.errors import PermanentError
from multitv.labels import label, number
from multitv.markdown import table
from multitv.money import reais
from multitv.settings import Settings

log = logging.getLogger(__name__)

# The lock for writing billing.open_month, taken after those of due dates.
_OPEN_MONTHS = "open months"


class MonthsOpen(PermanentError):
    """Months that are over owe more than was charged, and nobody waived that. The log's report has the details."""


@dataclass(frozen=True)
class OpenMonths:
    """A month that owes some more than was charged: for packages and plan fees `amount` in reais.

    Of `in_part` of the packages a part was charged, and `left_of_parts` reais were not.
    """

    reference_month: date
    client_plans: int
    packages: int
    fees: int
    amount: Decimal
    in_part: int = 0
    left_of_parts: Decimal = Decimal(0)


@dataclass(frozen=True)
class Excess:
    """What the processed charges of a due date are more than what was owed, by the code of a reason."""

    due_date: date
    reason: str
    charged: Tally


def compare(engine: Engine, settings: Settings, today: date, due_dates: Sequence[date]) -> None:
    """Log which months are open, and what the due dates charged beyond what is owed, in Portuguese.

    Raises MonthsOpen once all is stored and logged, ErpEmpty, DatabaseUnavailable.
    """
    months = find_open_months(engine, settings, today)
    excess = find_excess(engine, due_dates)
    level = logging.WARNING if months or excess else logging.INFO
    log.log(level, "%s", _report(months, excess))
    # The present month may still be billed by its own due dates.
    if over := [month for month in months if month.reference_month < today.replace(day=1)]:
        named_ones = "; ".join(
            f"{month.reference_month:%Y-%m}: {month.client_plans} client plans, {reais(month.amount)}" for month in over
        )
        raise MonthsOpen(
            f"Months that are over owe more than was charged: {named_ones}. Run tv_billing for the due dates that the "
            "report above and the page Pendências name, have the billing policy bill open months, or waive them on "
            "that page. All of it is stored; nothing was charged."
        )


def find_excess(engine: Engine, due_dates: Sequence[date]) -> list[Excess]:
    """Return what these due dates charged beyond what is owed, and store it for the pages.

    It takes the place of what was found last. Raises DatabaseUnavailable.
    """
    with bulk_transaction(engine) as connection:
        connection.execute(named("billing/delete_excess_charges"))
        for due_date in due_dates:
            connection.execute(named("billing/insert_excess_charges"), {"due_date": due_date})
        rows = connection.execute(named("billing/count_excess_charges")).all()
    return [Excess(row.due_date, row.reason, Tally(row.events, row.amount)) for row in rows]


def _report(months: list[OpenMonths], excess: list[Excess]) -> str:
    lines = ["# Devido e cobrado"]
    if not months and not excess:
        lines += ["", "O que se cobrou é o que os contratos devem."]
    if months:
        rows = [
            [
                f"{month.reference_month:%m/%Y}",
                number(month.client_plans),
                number(month.packages),
                number(month.fees),
                reais(month.amount),
                number(month.in_part),
                reais(month.left_of_parts),
            ]
            for month in months
        ]
        head = ["competência", "planos de clientes", "pacotes", "mensalidades", "a cobrar"]
        lines += [
            "",
            "Meses em aberto: devem mais do que se cobrou. A política de faturamento pode cobrar o que falta.",
            "",
            *table([*head, "pacotes cobrados em parte", "falta cobrar destes"], rows),
        ]
    if excess:
        rows = [
            [f"{one.due_date:%d/%m/%Y}", label(one.reason), number(one.charged.count), reais(one.charged.amount)]
            for one in excess
        ]
        lines += [
            "",
            "Cobrado além do devido: veja se é preciso estornar.",
            "",
            *table(["vencimento", "motivo", "pacotes", "valor"], rows),
        ]
    return "\n".join(lines)


def find_open_months(engine: Engine, settings: Settings, today: date) -> list[OpenMonths]:
    """Compare what the present month and those before it owe with what was charged, and return those that are open.

    `today` is the ISP's business date. Looks back settings.billing_look_back_months, but not before the go-live month.
    A list of billing takes the months from what this stores. Raises ErpEmpty, DatabaseUnavailable.
    """
    present = today.replace(day=1)
    oldest = _months_before(present, settings.billing_look_back_months)
    with bulk_transaction(engine) as connection:
        require_client_plans(connection)
        lock(connection, _OPEN_MONTHS)
        connection.execute(named("billing/set_go_live"), {"month": settings.go_live_month})
        go_live = connection.execute(named("billing/read_go_live")).scalar_one()
        connection.execute(named("billing/delete_open_months"))
        if go_live is not None:
            for months_ago in range(settings.billing_look_back_months, -1, -1):
                month = _months_before(present, months_ago)
                if month >= go_live:
                    of_month = {"month": month, "today": today}
                    connection.execute(named("billing/insert_open_month"), of_month)
                    connection.execute(named("billing/insert_open_fees"), of_month)
            runs = connection.execute(named("billing/recent_runs"), {"since": oldest}).scalars()
            _insert_shortfalls(connection, [due_date for due_date in runs if due_date < today], oldest)
        rows = connection.execute(named("billing/count_open_months")).all()
    return [read_as(OpenMonths, row) for row in rows]


def find_shortfalls(connection: Connection, due_dates: Sequence[date], settings: Settings) -> None:
    """Store, for the list of a later due date, what these due dates charged less than is owed.

    `due_dates` are those before it, the newest first.
    """
    if due_dates:
        lock(connection, _OPEN_MONTHS)
        oldest = _months_before(max(due_dates).replace(day=1), settings.billing_look_back_months)
        _insert_shortfalls(connection, due_dates, oldest)


def _insert_shortfalls(connection: Connection, due_dates: Sequence[date], oldest: date) -> None:
    for due_date in due_dates:
        connection.execute(named("billing/find_shortfalls"), {"due_date": due_date, "since": oldest})


def _months_before(month: date, number: int) -> date:
    years, index = divmod(month.year * 12 + month.month - 1 - number, 12)
    return date(years, index + 1, 1)
