"""Anything an ISP does, in any order, against a naive oracle; every invariant after every step."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import create_engine

from include.local.postgres import Server
from multitv.billing import correction, tv
from multitv.billing.standard import bill_plans
from multitv.offer.billing_policy import Policy, set_policy
from multitv.quality import books
from tests.soak.oracle import Oracle, Plan, Sale
from tests.support.databases import as_pipeline, as_screens, own_database
from tests.support.isp import Isp
from tests.support.kill import dies
from tests.support.settings import SETTINGS
from tests.support.size import SOAK
from tests.support.stories import try_stories

EXAMPLES = 8 * SOAK
PRICES = st.sampled_from([None, "0.00", "0.01", "9.99", "10.01", "29.90", "334.99", "335.00"])
DUE_DAYS = (20, 28)
DUES = [date(year, month, day) for year, month in ((2026, 12), (2027, 1), (2027, 2), (2027, 3)) for day in DUE_DAYS]
# How much of a step is done when the worker dies: from nothing to all but its commit.
SHARES = st.sampled_from([percent / 100 for percent in range(101)])


class Story(RuleBasedStateMachine):
    """One ISP with two due days, between which client plans move, over some months."""

    server: Server
    template: str

    def __init__(self) -> None:
        super().__init__()
        self.database = ExitStack()
        owner = self.database.enter_context(own_database(self.server, self.template))
        self.engine = as_pipeline(owner)
        # What the test itself writes and looks at has one connection, since to connect takes longer than to look.
        self.isp = Isp(create_engine(owner.url))
        self.database.callback(self.isp.engine.dispose)
        self.oracle = Oracle()
        self.turn = 0
        self.reasons = count(1)

    @property
    def due(self) -> date:
        return DUES[self.turn]

    @initialize()
    def found(self) -> None:
        self.isp.offer_plans()
        for price in ("29.90", "10.01", None):
            self.oracle.packages[self.isp.package(price)] = None if price is None else Decimal(price)
        for _ in range(2):
            self.oracle.plans[self.isp.client_plan(due_day=28)] = Plan()

    @rule(due_day=st.sampled_from(DUE_DAYS))
    def new_client(self, due_day: int) -> None:
        self.oracle.plans[self.isp.client_plan(due_day=due_day)] = Plan(due_day=due_day)

    @rule(data=st.data(), due_day=st.sampled_from(DUE_DAYS))
    def move_due_day(self, data: st.DataObject, due_day: int) -> None:
        number = data.draw(st.sampled_from(sorted(self.oracle.plans)))
        self.oracle.plans[number].due_day = due_day
        self.isp.run("update erp.client_plan set due_day = :d where id = :n", d=due_day, n=number)

    @rule(data=st.data(), price=PRICES, day=st.integers(-40, 40))
    def add_package(self, data: st.DataObject, price: str | None, day: int) -> None:
        plan = data.draw(st.sampled_from(sorted(self.oracle.plans)))
        package = data.draw(st.sampled_from(sorted(self.oracle.packages)))
        added = self.due + timedelta(day)
        for sale in self.oracle.sales.values():
            if (sale.plan, sale.package) == (plan, package) and (
                sale.cancelled_on is None or sale.cancelled_on > added
            ):
                return
        number = self.isp.sell(plan, package, price, added_on=added)
        self.oracle.sales[number] = Sale(plan, package, None if price is None else Decimal(price), added)

    @precondition(lambda self: self.oracle.sales)
    @rule(data=st.data(), day=st.integers(-40, 20))
    def cancel_package(self, data: st.DataObject, day: int) -> None:
        number = data.draw(st.sampled_from(sorted(self.oracle.sales)))
        sale = self.oracle.sales[number]
        if sale.cancelled_on is None:
            sale.cancelled_on = max(sale.added_on, self.due + timedelta(day))
            self.isp.run("update tv.client_package set cancelled_on = :d where id = :n", d=sale.cancelled_on, n=number)

    @precondition(lambda self: self.oracle.sales)
    @rule(data=st.data(), price=PRICES)
    def reprice(self, data: st.DataObject, price: str | None) -> None:
        number = data.draw(st.sampled_from(sorted(self.oracle.sales)))
        self.oracle.sales[number].price = None if price is None else Decimal(price)
        self.isp.run("update tv.client_package set price = :p where id = :n", p=price, n=number)

    @rule(data=st.data(), price=PRICES)
    def reprice_package(self, data: st.DataObject, price: str | None) -> None:
        number = data.draw(st.sampled_from(sorted(self.oracle.packages)))
        self.oracle.packages[number] = None if price is None else Decimal(price)
        self.isp.run("update tv.package set price = :p where id = :n", p=price, n=number)

    @rule(data=st.data(), status=st.sampled_from(["active", "active", "suspended", "cancelled"]))
    def change_status(self, data: st.DataObject, status: str) -> None:
        number = data.draw(st.sampled_from(sorted(self.oracle.plans)))
        self.oracle.plans[number].status = status
        self.isp.run("update erp.client_plan set status = :s where id = :n", s=status, n=number)

    @rule(data=st.data(), service_plan=st.sampled_from([1, 1, 2]))
    def change_plan(self, data: st.DataObject, service_plan: int) -> None:
        number = data.draw(st.sampled_from(sorted(self.oracle.plans)))
        self.oracle.plans[number].service_plan = service_plan
        self.isp.run("update erp.client_plan set service_plan_id = :s where id = :n", s=service_plan, n=number)

    @rule(daily=st.booleans(), minimum=st.sampled_from(["0", "0", "10.01"]), suspended=st.booleans())
    def change_policy(self, daily: bool, minimum: str, suspended: bool) -> None:
        self.oracle.daily, self.oracle.minimum, self.oracle.bills_suspended = daily, Decimal(minimum), suspended
        policy = Policy("daily" if daily else "full", "advance", Decimal(minimum), suspended)
        set_policy(as_screens(self.engine), "Ana", policy)

    @rule()
    def save(self) -> None:
        tv.save(self.engine, self.due, SETTINGS)
        self.oracle.save(self.due)

    @rule(share=SHARES)
    def die_while_saving(self, share: float) -> None:
        dies(self.engine, lambda: tv.save(self.engine, self.due, SETTINGS), share)

    @precondition(lambda self: self.due in self.oracle.standard & self.oracle.saved)
    @rule(share=SHARES)
    def die_while_settling(self, share: float) -> None:
        dies(self.engine, lambda: tv.settle(self.engine, self.due, SETTINGS), share)

    @rule()
    def standard_billing(self) -> None:
        bill_plans(self.engine, self.due)
        self.oracle.bill_plans(self.due)

    @precondition(lambda self: self.due in self.oracle.standard)
    @rule()
    def settle(self) -> None:
        if self.due not in self.oracle.saved:
            with pytest.raises(tv.ListNeverSaved):
                tv.settle(self.engine, self.due, SETTINGS)
            return
        tv.settle(self.engine, self.due, SETTINGS)
        self.oracle.settle(self.due)

    @precondition(lambda self: self.oracle.invoices)
    @rule(data=st.data(), status=st.sampled_from(["paid", "closed"]))
    def end_invoice(self, data: st.DataObject, status: str) -> None:
        plan, due = data.draw(st.sampled_from(sorted(self.oracle.invoices)))
        self.oracle.invoices[plan, due] = status
        self.isp.run(
            "update finance.invoice set status = :s where client_plan_id = :p and due_date = :d",
            s=status, p=plan, d=due,
        )  # fmt: skip

    @precondition(lambda self: self.oracle.charges)
    @rule(data=st.data(), rebill=st.booleans())
    def correct(self, data: st.DataObject, rebill: bool) -> None:
        number, month = data.draw(st.sampled_from(sorted(self.oracle.charges)))
        pending = self.oracle.charges[number, month].status == "pending"
        [event] = self.isp.run(
            "select id from billing.event where client_package_id = :n and reference_month = :m and kind = 'charge' "
            "and status <> 'cancelled' and not reversed",
            n=number, m=month,
        )[0]  # fmt: skip
        action: correction.Action = "void" if pending else "reverse"
        reason = f"motivo {next(self.reasons)}"
        for _ in range(2):
            correction.correct(self.engine, event, action, reason=reason, author="Ana", rebill=rebill)
        (self.oracle.void if pending else self.oracle.reverse)(number, month, rebill=rebill)

    @precondition(lambda self: self.oracle.corrections)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        number, month = data.draw(st.sampled_from(sorted(self.oracle.corrections)))
        again = self.oracle.is_charged_again(number, month)
        [event] = self.isp.run(
            "select event_id from billing.correction as c join billing.event as e on e.id = event_id "
            "where client_package_id = :n and reference_month = :m order by c.id desc limit 1",
            n=number, m=month,
        )[0]  # fmt: skip
        if again:
            with pytest.raises(correction.CorrectionRefused):
                correction.correct(self.engine, event, "take_back", reason="estava certo", author="Ana")
            return
        reason = f"motivo {next(self.reasons)}"
        for _ in range(2):
            correction.correct(self.engine, event, "take_back", reason=reason, author="Ana")
        self.oracle.take_back(number, month)

    @precondition(lambda self: self.turn + 1 < len(DUES))
    @rule()
    def next_due_date(self) -> None:
        self.turn += 1

    @invariant()
    def the_books_are_those_of_the_oracle(self) -> None:
        live = self.isp.run(
            "select client_package_id, reference_month, status, amount from billing.event "
            "where kind = 'charge' and status <> 'cancelled' and not reversed"
        )
        expected = {key: (charge.status, charge.amount) for key, charge in self.oracle.charges.items()}
        assert {(row[0], row[1]): (row[2], row[3]) for row in live} == expected
        assert len(live) == len(expected)
        posted: Any = self.isp.run(
            "select client_plan_id, sum(amount), count(*) from finance.posting "
            "join finance.invoice as i on i.id = invoice_id where kind <> 'plan' group by 1"
        )
        assert {row[0]: row[1] for row in posted} == self.oracle.posted
        assert sum(row[2] for row in posted) == self.oracle.postings
        [(paid_out,)] = self.isp.run("select coalesce(sum(amount), 0) from billing.payout where withdrawn_at is null")
        assert paid_out == self.oracle.paid_out
        for due in DUES[: self.turn + 1]:
            books.check(self.isp.engine, books.BOOKS, due)

    def teardown(self) -> None:
        self.database.close()


# A failure is shrunk for up to five minutes.
@pytest.mark.timeout(600 * SOAK)
def test_whatever_an_isp_does_the_books_are_right(server: Server, migrated: str) -> None:
    try_stories(Story, server, migrated, examples=EXAMPLES, steps=40)
