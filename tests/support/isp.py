"""A small ISP to bill, and a view of every table that billing writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from multitv.billing import tv
from multitv.billing.standard import bill_plans
from tests.support.databases import Database
from tests.support.settings import SETTINGS

DUE = date(2026, 12, 10)
# The number of the first event of that due date.
FIRST = 2026121000000001
WRITTEN = (
    "billing.run",
    "billing.event",
    "billing.exclusion",
    "billing.expectation",
    "billing.correction",
    "finance.invoice",
    "finance.posting",
)

# What every plan with TV includes. A high number, so that those of the packages that tests make begin at 1.
DEFAULT_PACKAGE = (
    "insert into tv.package (id, platform_uid, name, service_type, extra) overriding system value "
    "values (9000, 'svc-basic', 'Pacote Básico', 'BASIC_SERVICE', false)"
)


@dataclass
class Isp(Database):
    """Sells by inserting rows, as the ERP and the screens do."""

    ids: Iterator[int] = field(default_factory=lambda: count(1))

    def offer_plans(self) -> None:
        """Have service plan 1, with TV, and 2, without."""
        self.run("insert into erp.service_plan values (1, 'Fibra 500 + TV', 149.90), (2, 'Fibra 300', 99.90)")
        self.run(DEFAULT_PACKAGE)
        self.run("insert into tv.service_plan_setting values (1, true, 9000), (2, false, null)")

    def client_plan(
        self,
        *,
        due_day: int = 10,
        status: str = "active",
        service_plan: int = 1,
        activated_on: date = date(2026, 1, 1),
        cancelled_on: date | None = None,
    ) -> int:
        number = next(self.ids)
        self.run("insert into erp.client values (:n, 'Cliente ' || :n, '0', 'active')", n=number)
        self.run(
            "insert into erp.client_plan values (:n, :n, :plan, :status, :day, :since, :until)",
            n=number,
            plan=service_plan,
            status=status,
            day=due_day,
            since=activated_on,
            until=cancelled_on,
        )
        return number

    def package(self, price: str | None = "29.90", *, extra: bool = True, active: bool = True) -> int:
        number = next(self.ids)
        made: int = self.run(
            "insert into tv.package (platform_uid, name, service_type, extra, price, active) "
            "values ('svc-' || :n, 'Pacote ' || :n, 'EXTENDED_SERVICE', :extra, :price, :active) returning id",
            n=number,
            extra=extra,
            price=price,
            active=active,
        )[0][0]
        return made

    def sell(
        self,
        client_plan: int,
        package: int,
        price: str | None = None,
        *,
        added_on: date = date(2026, 6, 1),
        cancelled_on: date | None = None,
    ) -> int:
        sold: int = self.run(
            "insert into tv.client_package (client_plan_id, package_id, price, added_on, cancelled_on) "
            "values (:plan, :package, :price, :added, :cancelled) returning id",
            plan=client_plan,
            package=package,
            price=price,
            added=added_on,
            cancelled=cancelled_on,
        )[0][0]
        return sold

    def bill(self, due_date: date = DUE) -> None:
        """Save the list of a due date, bill the plans, settle."""
        tv.save(self.engine, due_date, SETTINGS)
        bill_plans(self.engine, due_date)
        tv.settle(self.engine, due_date, SETTINGS)

    def events(self, due_date: date = DUE) -> dict[int, tuple[str, Decimal]]:
        """Status and amount of the newest event of each client package."""
        rows = self.run(
            "select client_package_id, status, amount from billing.event where due_date = :due order by id",
            due=due_date,
        )
        return {row[0]: (row[1], row[2]) for row in rows}

    def exclusions(self, due_date: date = DUE) -> dict[int, str]:
        rows = self.run(
            "select client_package_id, x.reason from billing.exclusion as x join billing.run as r on r.id = run_id "
            "where due_date = :due",
            due=due_date,
        )
        return {row[0]: row[1] for row in rows}

    def postings(self) -> list[tuple[int, str, Decimal]]:
        """Client plan, kind and amount of every posting."""
        rows = self.run(
            "select client_plan_id, kind, amount from finance.posting join finance.invoice as i on i.id = invoice_id "
            "order by client_plan_id, kind, amount"
        )
        return [tuple(row) for row in rows]

    def tables(self) -> dict[str, list[Any]]:
        """Every row of every table that billing writes, time stamps and all."""
        return {name: self.run(f"select * from {name} order by 1, 2, 3") for name in WRITTEN}  # noqa: S608
