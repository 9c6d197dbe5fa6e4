"""A contract's life, told in days: what changes when, what is billed, and what is then charged."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from multitv.billing import correction, tv
from multitv.billing.open_months import OpenMonths, find_open_months
from multitv.billing.standard import bill_plans
from multitv.database.sql import named
from multitv.erp import history
from multitv.quality import books
from tests.support.isp import Isp
from tests.support.settings import SETTINGS

NOVEMBER, DECEMBER, JANUARY, FEBRUARY = (date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1))
PAID = "update finance.invoice set status = 'paid'"
TAKEN_OUT = "update tv.client_package set cancelled_on = null"


class Life:
    """An ISP with one client plan, told in days. As the owner, who may record for any day."""

    def __init__(self, isp: Isp) -> None:
        self.isp = isp

    def day(self, today: date, change: str | None = None) -> None:
        """Change something on a day, and record what is then true."""
        if change is not None:
            self.isp.run(change)
        history.record(self.isp.engine, today, SETTINGS)

    def bill(self, due_date: date, *, allow_voids: bool = True) -> None:
        self.save(due_date, allow_voids=allow_voids)
        self.settle(due_date, allow_voids=allow_voids)

    def save(self, due_date: date, *, allow_voids: bool = True) -> None:
        tv.save(self.isp.engine, due_date, SETTINGS, allow_voids=allow_voids)

    def settle(self, due_date: date, *, allow_voids: bool = True) -> None:
        """Settle a due date that is saved, on the invoices of its standard billing."""
        bill_plans(self.isp.engine, due_date)
        tv.settle(self.isp.engine, due_date, SETTINGS, allow_voids=allow_voids)
        self.books_hold(due_date)

    def books_hold(self, due_date: date) -> None:
        books.check(self.isp.engine, books.BOOKS, due_date)

    def charged(self, month: date = DECEMBER) -> list[Decimal]:
        rows = self.isp.run(
            "select amount from billing.event where live and kind = 'charge' and reference_month = :m order by id",
            m=month,
        )
        return [row.amount for row in rows]

    def exclusions(self, due_date: date) -> list[tuple[date, str]]:
        rows = self.isp.run(
            "select x.reference_month, x.reason from billing.exclusion as x join billing.run as r on r.id = x.run_id "
            "where r.due_date = :due order by 1, 2",
            due=due_date,
        )
        return [tuple(row) for row in rows]

    def fees(self) -> list[date]:
        return [row.fee_month for row in self.isp.run("select fee_month from finance.posting_of_plans order by 1")]

    def open_months(self, today: date) -> list[OpenMonths]:
        return find_open_months(self.isp.engine, SETTINGS, today)

    def excess(self, due_date: date) -> list[tuple[str, Decimal]]:
        with self.isp.engine.connect() as connection:
            rows = connection.execute(named("billing/excess_charges"), {"due_date": due_date}).all()
        return [(row.reason, row.amount) for row in rows]


def sold(life: Life, price: str = "31.00", *, due_day: int = 10, added_on: date = date(2026, 6, 1)) -> int:
    """Sell a package to a new client plan, the first of the test."""
    client_plan = life.isp.client_plan(due_day=due_day)
    life.isp.sell(client_plan, life.isp.package(price), added_on=added_on)
    life.day(date(2026, 11, 1))
    return client_plan


def moved(day: int) -> str:
    return f"update erp.client_plan set due_day = {day}"  # noqa: S608


def reais(*amounts: str) -> list[Decimal]:
    return [Decimal(amount) for amount in amounts]


def cancelled(day: int) -> str:
    return f"update tv.client_package set cancelled_on = '2026-12-{day}'"  # noqa: S608


def priced(price: str) -> str:
    return f"update tv.package set price = {price} where extra"  # noqa: S608


def unchanged(life: Life, due_date: date) -> bool:
    """Bill a due date again and tell whether that changed nothing."""
    before = life.isp.tables()
    life.bill(due_date)
    return life.isp.tables() == before


def days(life: Life, month: date = DECEMBER) -> int:
    [(found,)] = life.isp.run(
        "select sum(days) from billing.event where live and kind = 'charge' and reference_month = :m", m=month
    )
    return int(found)


def correct(
    life: Life, amount: str | Decimal, action: correction.Action, *, month: date = DECEMBER, **other: Any
) -> None:
    """Correct the newest charge of an amount for a month."""
    [(event,)] = life.isp.run(
        "select max(id) from billing.event where kind = 'charge' and amount = :amount and reference_month = :month",
        month=month,
        amount=Decimal(amount),
    )
    correction.correct(life.isp.engine, event, action, reason="engano", author="Ana", **other)
