"""What months owe compared with what was charged: months that nobody billed, and charges beyond what is owed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Engine

from multitv.billing.run import Tally
from multitv.database.engine import bulk_transaction
from multitv.database.rows import read_as
from multitv.database.sql import named
from multitv.erp.facts import require_client_plans
from multitv.labels import label, number
from multitv.markdown import table
from multitv.money import reais
from multitv.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class OpenMonths:
    """A month that is open for some: packages and plan fees that nobody billed. `amount` is what they owe, in reais."""

    reference_month: date
    client_plans: int
    packages: int
    fees: int
    amount: Decimal


@dataclass(frozen=True)
class Excess:
    """What the processed charges of a due date are more than what was owed, by the code of a reason."""

    due_date: date
    reason: str
    charged: Tally


def compare(engine: Engine, settings: Settings, today: date, due_dates: Sequence[date]) -> None:
    """Log which months are open, and what the due dates charged beyond what is owed, in Portuguese.

    Raises ErpEmpty, DatabaseUnavailable.
    """
    months = find_open_months(engine, settings, today)
    excess = find_excess(engine, due_dates)
    level = logging.WARNING if months or excess else logging.INFO
    log.log(level, "%s", _report(months, excess))


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
            ]
            for month in months
        ]
        lines += [
            "",
            "Meses em aberto: nenhum vencimento os cobrou. A política de faturamento pode cobrá-los no próximo.",
            "",
            *table(["competência", "planos de clientes", "pacotes", "mensalidades", "valor"], rows),
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
    with bulk_transaction(engine) as connection:
        require_client_plans(connection)
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
        rows = connection.execute(named("billing/count_open_months")).all()
    return [read_as(OpenMonths, row) for row in rows]


def _months_before(month: date, number: int) -> date:
    years, index = divmod(month.year * 12 + month.month - 1 - number, 12)
    return date(years, index + 1, 1)
