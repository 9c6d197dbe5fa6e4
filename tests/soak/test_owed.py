"""Whatever changes from day to day, each month owes in SQL what it owes in the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

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
from multitv.erp import history
from tests.soak.ledger import Contract, Ledger, Package, Policy, Promotion
from tests.support.databases import own_database
from tests.support.isp import DEFAULT_PACKAGE, Isp
from tests.support.settings import SETTINGS
from tests.support.size import SOAK
from tests.support.stories import try_stories

EXAMPLES = 8 * SOAK
# Before a year's end, on its last day, before a February of 28 days and one of 29.
FIRST_DAYS = st.sampled_from([date(2026, 11, 28), date(2026, 12, 31), date(2027, 1, 20), date(2028, 1, 12)])
DUE_DAYS = st.sampled_from([1, 5, 10, 15, 20, 28, 29, 30, 31])
STATUSES = st.sampled_from(["active", "active", "suspended", "cancelled"])
SERVICE_PLANS = st.sampled_from([1, 1, 2, 3, 4])
MOSTLY = st.sampled_from([True, True, False])
PRICES = st.sampled_from([None, Decimal("0.00"), Decimal("0.01"), Decimal("9.99"), Decimal("29.90"), Decimal("49.90")])
PROMOTION_PRICES = st.sampled_from([Decimal("0.00"), Decimal("5.00"), Decimal("19.90")])
POLICIES = st.builds(
    Policy,
    daily=st.booleans(),
    arrears=st.booleans(),
    minimum=st.sampled_from([Decimal("0.00"), Decimal("0.00"), Decimal("10.00")]),
    bills_suspended=st.booleans(),
    half_up=st.booleans(),
    service_plan=st.sampled_from([None, 1, 2, 4]),
)
# How long after the last change a change is seen.
DAYS = st.one_of(st.just(0), st.integers(1, 20))
# How far from today a contract, a sale or a promotion begins or ends.
OFFSETS = st.one_of(st.just(0), st.integers(-45, 45))
OFFSETS_OR_NONE = st.one_of(st.none(), OFFSETS)


class Changes(RuleBasedStateMachine):
    """An ISP from day to day. Service plans 1 and 2 have TV, 3 has none, and 4 has no TV tab at all."""

    server: Server
    template: str

    def __init__(self) -> None:
        super().__init__()
        self.database = ExitStack()
        owner = self.database.enter_context(own_database(self.server, self.template))
        # One connection, as the owner, who may record for any day.
        self.isp = Isp(create_engine(owner.url))
        self.database.callback(self.isp.engine.dispose)

    @property
    def today(self) -> date:
        return self.ledger.today

    def day(self, offset: int | None) -> date | None:
        return None if offset is None else self.today + timedelta(offset)

    @initialize(first_day=FIRST_DAYS, due_day=DUE_DAYS, policy=POLICIES)
    def found(self, first_day: date, due_day: int, policy: Policy) -> None:
        self.ledger = Ledger(first_day)
        self.isp.run(
            "alter table erp.client_plan alter column due_day drop not null, alter column service_plan_id drop not null"
        )
        self.isp.run(DEFAULT_PACKAGE)
        self.isp.run("insert into erp.service_plan select n, 'Plano ' || n, 100.00 from generate_series(1, 4) as n")
        for service_plan in (1, 2, 3):
            self.set_allows_tv(service_plan, service_plan != 3)
        for price in (Decimal("31.00"), Decimal("29.90")):
            self.ledger.add_package(self.isp.package(str(price)), Package(price))
        self.sign(due_day=due_day, began=-90)
        [client_plan] = self.ledger.client_plans
        for package in self.ledger.packages:
            self.sell(client_plan, package, price=None, added=-60, ended=None)
        self.set_policy(policy)

    def sign(self, *, due_day: int, status: str = "active", service_plan: int = 1, began: int) -> None:
        activated_on = self.today + timedelta(began)
        number = self.isp.client_plan(
            due_day=due_day, status=status, service_plan=service_plan, activated_on=activated_on
        )
        self.ledger.add_client_plan(number, Contract(due_day, status, service_plan), activated_on=activated_on)

    def sell(self, client_plan: int, package: int, *, price: Decimal | None, added: int, ended: int | None) -> None:
        """Sell a package, if it is not sold to the client plan on one of these days already."""
        added_on, cancelled_on = self.today + timedelta(added), self.day(ended)
        if cancelled_on is not None:
            cancelled_on = max(added_on, cancelled_on)
        if self.is_sold(client_plan, package, added_on, cancelled_on):
            return
        number = self.isp.sell(
            client_plan, package, None if price is None else str(price), added_on=added_on, cancelled_on=cancelled_on
        )
        self.ledger.add_sale(number, client_plan, package, price, added_on=added_on, cancelled_on=cancelled_on)

    def is_sold(
        self, client_plan: int, package: int, first: date, end: date | None, *, except_sale: int | None = None
    ) -> bool:
        """Tell whether another sale of the package to the client plan has one of the days [first, end)."""
        return any(
            max(first, sale.added_on) < min(end or date.max, sale.cancelled_on or date.max)
            for number, sale in self.ledger.sales.items()
            if (sale.client_plan, sale.package) == (client_plan, package) and number != except_sale
        )

    def set_allows_tv(self, service_plan: int, allows_tv: bool) -> None:
        self.ledger.set_allows_tv(service_plan, allows_tv)
        self.isp.run(
            "insert into tv.service_plan_setting values (:n, :tv, 9000) "
            "on conflict (service_plan_id) do update set allows_tv = excluded.allows_tv",
            n=service_plan, tv=allows_tv,
        )  # fmt: skip

    def set_policy(self, policy: Policy) -> None:
        self.ledger.policies.append(policy)
        self.isp.run(
            "insert into billing.policy (proration, timing, minimum_amount, bills_suspended, rounding, adjusts, "
            "service_plan_id, valid_from, author) values (:proration, :timing, :minimum, :suspended, :rounding, "
            ":adjusts, :service_plan, :valid_from, 'Ana')",
            proration="daily" if policy.daily else "full",
            timing="arrears" if policy.arrears else "advance",
            minimum=policy.minimum,
            suspended=policy.bills_suspended,
            rounding="half_up" if policy.half_up else "down",
            adjusts=policy.adjusts,
            service_plan=policy.service_plan,
            valid_from="-infinity" if policy.valid_from == date.min else policy.valid_from,
        )

    def wait(self, days: int) -> None:
        self.ledger.today += timedelta(days)

    # What the ERP says.

    @precondition(lambda self: len(self.ledger.client_plans) < 3)
    @rule(days=DAYS, due_day=DUE_DAYS, status=STATUSES, service_plan=SERVICE_PLANS, began=OFFSETS)
    def new_contract(self, days: int, due_day: int, status: str, service_plan: int, began: int) -> None:
        self.wait(days)
        self.sign(due_day=due_day, status=status, service_plan=service_plan, began=began)

    @rule(days=DAYS, data=st.data(), due_day=DUE_DAYS)
    def change_due_day(self, days: int, data: st.DataObject, due_day: int) -> None:
        self.wait(days)
        number = one_of(self.shown, data)
        self.ledger.change_contract(number, due_day=due_day)
        self.isp.run("update erp.client_plan set due_day = :d where id = :n", d=due_day, n=number)

    @rule(days=DAYS, data=st.data(), status=STATUSES)
    def change_status(self, days: int, data: st.DataObject, status: str) -> None:
        self.wait(days)
        number = one_of(self.shown, data)
        contract = self.ledger.client_plans[number].states.now
        if contract.due_day is None or contract.service_plan is None:
            return
        self.ledger.change_contract(number, status=status)
        self.isp.run("update erp.client_plan set status = :s where id = :n", s=status, n=number)

    @rule(days=DAYS, data=st.data(), service_plan=SERVICE_PLANS)
    def change_service_plan(self, days: int, data: st.DataObject, service_plan: int) -> None:
        self.wait(days)
        number = one_of(self.shown, data)
        self.ledger.change_contract(number, service_plan=service_plan)
        self.isp.run("update erp.client_plan set service_plan_id = :s where id = :n", s=service_plan, n=number)

    @rule(days=DAYS, data=st.data(), began=OFFSETS)
    def activate(self, days: int, data: st.DataObject, began: int) -> None:
        self.wait(days)
        number = one_of(self.shown, data)
        activated_on = self.today + timedelta(began)
        self.ledger.client_plans[number].activated_on = activated_on
        self.isp.run("update erp.client_plan set activated_on = :d where id = :n", d=activated_on, n=number)

    @rule(days=DAYS, data=st.data(), ended=OFFSETS_OR_NONE, unknown=st.sampled_from([None, "infinity"]))
    def state_end(self, days: int, data: st.DataObject, ended: int | None, unknown: str | None) -> None:
        self.wait(days)
        number = one_of(self.shown, data)
        cancelled_on = self.day(ended)
        self.ledger.client_plans[number].cancelled_on = cancelled_on
        self.isp.run("update erp.client_plan set cancelled_on = :d where id = :n", d=cancelled_on or unknown, n=number)

    @rule(days=DAYS, data=st.data(), ended=OFFSETS, emptied=st.booleans())
    def cancel_contract(self, days: int, data: st.DataObject, ended: int, emptied: bool) -> None:
        """Some ERPs say nothing else of what is cancelled."""
        self.wait(days)
        number = one_of(self.shown, data)
        cancelled_on = self.today + timedelta(ended)
        self.ledger.client_plans[number].cancelled_on = cancelled_on
        self.ledger.change_contract(number, status="cancelled")
        self.isp.run(
            "update erp.client_plan set status = 'cancelled', cancelled_on = :d where id = :n",
            d=cancelled_on, n=number,
        )  # fmt: skip
        if emptied:
            self.ledger.change_contract(number, due_day=None, service_plan=None)
            self.isp.run("update erp.client_plan set due_day = null, service_plan_id = null where id = :n", n=number)

    @rule(days=DAYS, data=st.data(), due_day=DUE_DAYS, service_plan=SERVICE_PLANS)
    def renew_contract(self, days: int, data: st.DataObject, due_day: int, service_plan: int) -> None:
        self.wait(days)
        number = one_of(self.shown, data)
        self.ledger.change_contract(number, due_day=due_day, status="active", service_plan=service_plan)
        self.ledger.client_plans[number].cancelled_on = None
        self.isp.run(
            "update erp.client_plan set due_day = :d, status = 'active', service_plan_id = :s, cancelled_on = null "
            "where id = :n",
            d=due_day, s=service_plan, n=number,
        )  # fmt: skip

    @precondition(lambda self: len(self.shown) > 1)
    @rule(days=DAYS, data=st.data())
    def lose_contract(self, days: int, data: st.DataObject) -> None:
        """The ERP does not show it any more. One stays, because an empty ERP is refused."""
        self.wait(days)
        number = one_of(self.shown, data)
        self.ledger.lose(number)
        self.isp.run("delete from erp.client_plan where id = :n", n=number)

    @precondition(lambda self: len(self.shown) < len(self.ledger.client_plans))
    @rule(days=DAYS, data=st.data(), due_day=DUE_DAYS, status=STATUSES, service_plan=SERVICE_PLANS, began=OFFSETS)
    def show_contract_again(
        self, days: int, data: st.DataObject, due_day: int, status: str, service_plan: int, began: int
    ) -> None:
        self.wait(days)
        number = one_of([number for number in self.ledger.client_plans if number not in self.shown], data)
        plan = self.ledger.client_plans[number]
        plan.activated_on, plan.cancelled_on, plan.gone_on = self.today + timedelta(began), None, None
        self.ledger.change_contract(number, due_day=due_day, status=status, service_plan=service_plan)
        self.isp.run(
            "insert into erp.client_plan values (:n, :n, :plan, :status, :day, :since, null)",
            n=number, plan=service_plan, status=status, day=due_day, since=plan.activated_on,
        )  # fmt: skip

    # What the ISP offers.

    @rule(days=DAYS, data=st.data(), price=PRICES)
    def change_package_price(self, days: int, data: st.DataObject, price: Decimal | None) -> None:
        self.wait(days)
        number = one_of(self.ledger.packages, data)
        self.ledger.change_package(number, price=price)
        self.isp.run("update tv.package set price = :p where id = :n", p=price, n=number)

    @rule(days=DAYS, data=st.data(), extra=MOSTLY, active=MOSTLY)
    def change_package(self, days: int, data: st.DataObject, extra: bool, active: bool) -> None:
        self.wait(days)
        number = one_of(self.ledger.packages, data)
        self.ledger.change_package(number, extra=extra, active=active)
        self.isp.run("update tv.package set extra = :e, active = :a where id = :n", e=extra, a=active, n=number)

    @rule(days=DAYS, service_plan=SERVICE_PLANS, allows_tv=MOSTLY)
    def change_tv_tab(self, days: int, service_plan: int, allows_tv: bool) -> None:
        self.wait(days)
        self.set_allows_tv(service_plan, allows_tv)

    @rule(days=DAYS, policy=POLICIES, valid_since=st.sampled_from([None, None, -31, 0, 31]))
    def change_policy(self, days: int, policy: Policy, valid_since: int | None) -> None:
        self.wait(days)
        valid_from = self.day(valid_since)
        self.set_policy(policy if valid_from is None else replace(policy, valid_from=valid_from.replace(day=1)))

    # What is sold.

    @rule(days=DAYS, data=st.data(), price=PRICES, added=OFFSETS, ended=OFFSETS_OR_NONE)
    def add_sale(self, days: int, data: st.DataObject, price: Decimal | None, added: int, ended: int | None) -> None:
        self.wait(days)
        client_plan = one_of(self.ledger.client_plans, data)
        package = one_of(self.ledger.packages, data)
        self.sell(client_plan, package, price=price, added=added, ended=ended)

    @precondition(lambda self: self.ledger.sales)
    @rule(days=DAYS, data=st.data(), price=PRICES)
    def sell_again_today(self, days: int, data: st.DataObject, price: Decimal | None) -> None:
        """As a screen changes a price: it cancels the sale and adds one on the same day."""
        self.wait(days)
        number = one_of(self.ledger.sales, data)
        sale = self.ledger.sales[number]
        if sale.added_on <= self.today and sale.cancelled_on is None:
            self.change_end(number, self.today)
            self.sell(sale.client_plan, sale.package, price=price, added=0, ended=None)

    @precondition(lambda self: self.ledger.sales)
    @rule(days=DAYS, data=st.data(), ended=OFFSETS_OR_NONE)
    def cancel_sale(self, days: int, data: st.DataObject, ended: int | None) -> None:
        self.wait(days)
        number = one_of(self.ledger.sales, data)
        sale = self.ledger.sales[number]
        cancelled_on = self.day(ended)
        if cancelled_on is not None:
            cancelled_on = max(sale.added_on, cancelled_on)
        if not self.is_sold(sale.client_plan, sale.package, sale.added_on, cancelled_on, except_sale=number):
            self.change_end(number, cancelled_on)

    def change_end(self, number: int, cancelled_on: date | None) -> None:
        self.ledger.sales[number].cancelled_on = cancelled_on
        self.isp.run("update tv.client_package set cancelled_on = :d where id = :n", d=cancelled_on, n=number)

    @precondition(lambda self: self.ledger.sales)
    @rule(days=DAYS, data=st.data())
    def delete_sale(self, days: int, data: st.DataObject) -> None:
        self.wait(days)
        number = one_of(self.ledger.sales, data)
        del self.ledger.sales[number]
        self.isp.run("delete from tv.promotion where client_package_id = :n", n=number)
        self.isp.run("delete from tv.client_package where id = :n", n=number)

    @precondition(lambda self: self.ledger.sales)
    @rule(days=DAYS, data=st.data(), price=PRICES)
    def change_own_price(self, days: int, data: st.DataObject, price: Decimal | None) -> None:
        self.wait(days)
        number = one_of(self.ledger.sales, data)
        self.ledger.change_price(number, price)
        self.isp.run("update tv.client_package set price = :p where id = :n", p=price, n=number)

    @precondition(lambda self: self.ledger.sales)
    @rule(days=DAYS, data=st.data(), price=PROMOTION_PRICES, begins=OFFSETS, length=st.integers(1, 70))
    def promote(self, days: int, data: st.DataObject, price: Decimal, begins: int, length: int) -> None:
        self.wait(days)
        number = one_of(self.ledger.sales, data)
        since = self.today + timedelta(begins)
        promotion = Promotion(price, since, since + timedelta(length))
        others = self.ledger.sales[number].promotions
        if any(max(since, other.since) < min(promotion.until, other.until) for other in others):
            return
        others.append(promotion)
        self.isp.run(
            "insert into tv.promotion (client_package_id, price, since, until) values (:n, :p, :since, :until)",
            n=number, p=price, since=promotion.since, until=promotion.until,
        )  # fmt: skip

    @rule(distance=st.sampled_from([-1, 0, 1]))
    def go_live(self, distance: int) -> None:
        self.ledger.go_live = month_at(self.today, distance)
        self.isp.run("delete from billing.go_live")
        self.isp.run("insert into billing.go_live (month) values (:month)", month=self.ledger.go_live)

    @property
    def shown(self) -> list[int]:
        """The client plans that the ERP shows."""
        return [number for number, plan in self.ledger.client_plans.items() if plan.gone_on is None]

    def teardown(self) -> None:
        self.database.close()


class Months(Changes):
    """What its months owe."""

    @property
    def units(self) -> set[tuple[int, int]]:
        """The client plans with the packages that are or were sold to them."""
        return {(sale.client_plan, sale.package) for sale in self.ledger.sales.values()}

    @rule(data=st.data(), distance=st.sampled_from([-1, 0, 1]))
    def list_due_date(self, data: st.DataObject, distance: int) -> None:
        """What a due date bills is what its client plans owe for the months that it bills since the go-live month."""
        due_date = self.ledger.billing_day(one_of(self.ledger.client_plans, data), month_at(self.today, distance))
        expected = {
            (*unit, month): self.ledger.owed(*unit, month)
            for unit in self.units
            for month in self.ledger.billed_months(unit[0], due_date)
        }
        rows = self.isp.run(
            "select client_plan_id, package_id, reference_month, sum(amount) from billing.uncharged(:due_date) "
            "where exclusion is null group by 1, 2, 3",
            due_date=due_date,
        )
        assert {tuple(of): amount for *of, amount in rows} == {of: amount for of, amount in expected.items() if amount}

    @invariant()
    def each_month_owes_what_the_ledger_says(self) -> None:
        history.record(self.isp.engine, self.today, SETTINGS)
        months = [month_at(self.today, distance) for distance in (-2, -1, 0, 1)]
        months = [month for month in months if month >= self.ledger.go_live]
        expected = {(*unit, month): self.ledger.owed(*unit, month) for unit in self.units for month in months}
        rows = self.isp.run(
            "select client_plan_id, package_id, reference_month, sum(amount) "
            "from unnest(cast(:months as date[])) as asked (of_month) "
            "cross join lateral billing.owed(asked.of_month, null, null) where exclusion is null group by 1, 2, 3",
            months=months,
        )
        assert {tuple(of): amount for *of, amount in rows} == {of: amount for of, amount in expected.items() if amount}


def one_of(numbered: Iterable[int], data: st.DataObject) -> int:
    return data.draw(st.sampled_from(sorted(numbered)))


def month_at(day: date, distance: int) -> date:
    """Return the first day of the month that is `distance` months after that of a day."""
    number = day.year * 12 + day.month - 1 + distance
    return date(number // 12, number % 12 + 1, 1)


# A failure is shrunk for up to five minutes.
@pytest.mark.timeout(600 * SOAK)
def test_each_month_owes_what_the_ledger_says(server: Server, migrated: str) -> None:
    try_stories(Months, server, migrated, examples=EXAMPLES, steps=25)
