"""A bad row of the ERP stops only itself: it is named, all others are billed, and it is billed once it is mended."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

import pytest

from multitv.billing import preview, sweep, tv
from multitv.billing.report import standard_report, tv_report
from multitv.billing.run import Tally
from multitv.billing.standard import Invoiced, bill_plans
from multitv.database.sql import named
from multitv.labels import Reason, label
from multitv.offer.billing_policy import Policy, set_policy
from multitv.quality import books
from multitv.settings import get_settings
from tests.support.databases import as_screens
from tests.support.isp import DUE, Isp
from tests.support.settings import SETTINGS

pytestmark = pytest.mark.slow

# What a view may show and a table of ours refuses.
LOOSE = """
alter table erp.client_plan drop constraint client_plan_pkey, drop constraint client_plan_status_check,
    drop constraint client_plan_due_day_check, alter id drop not null, alter client_id drop not null,
    alter service_plan_id drop not null, alter status drop not null, alter due_day drop not null,
    alter activated_on drop not null;
alter table erp.service_plan drop constraint service_plan_pkey, alter id drop not null,
    alter monthly_price drop not null, alter monthly_price type numeric
"""
AGAIN = (
    "insert into erp.client_plan select id, client_id, service_plan_id, {}, activated_on, cancelled_on "
    "from erp.client_plan where id = {{id}}"
)
PLAN_AGAIN = "insert into erp.service_plan values ({{plan}}, 'Fibra 700 + TV', {})"
SET, SET_PLAN = "update erp.client_plan set {} where id = {{id}}", "update erp.service_plan set {} where id = {{plan}}"

# What is done to a contract or to its service plan, and why the contract is parked then.
BAD = [
    (SET.format("service_plan_id = null"), "impossible_service_plan_id"),
    (SET.format("service_plan_id = 0"), "impossible_service_plan_id"),
    (SET.format("service_plan_id = -3"), "impossible_service_plan_id"),
    (SET.format("client_id = null"), "impossible_client_id"),
    (SET.format("client_id = 0"), "impossible_client_id"),
    (SET.format("client_id = -1"), "impossible_client_id"),
    (SET.format("activated_on = 'infinity'"), "impossible_date"),
    (SET.format("activated_on = '-infinity'"), "impossible_date"),
    (SET.format("cancelled_on = '-infinity'"), "impossible_date"),
    (AGAIN.format("status, due_day"), "listed_twice"),
    (AGAIN.format("status, due_day + 10"), "listed_twice"),
    (AGAIN.format("status, null"), "listed_twice"),
    (AGAIN.format("status, 0"), "listed_twice"),
    (AGAIN.format("'cancelled', due_day"), "listed_twice"),
    (AGAIN.format("null, due_day"), "listed_twice"),
    ("delete from erp.service_plan where id = {plan}", "service_plan_unknown"),
    (SET_PLAN.format("id = null"), "service_plan_unknown"),
    (SET.format("service_plan_id = 7777"), "service_plan_unknown"),
    (PLAN_AGAIN.format("199.90"), "service_plan_repeated"),
    (PLAN_AGAIN.format("99.90"), "service_plan_repeated"),
    (PLAN_AGAIN.format("null"), "service_plan_repeated"),
    (SET_PLAN.format("monthly_price = null"), "impossible_monthly_price"),
    (SET_PLAN.format("monthly_price = -0.01"), "impossible_monthly_price"),
    (SET_PLAN.format("monthly_price = 'NaN'"), "impossible_monthly_price"),
    (SET_PLAN.format("monthly_price = 'Infinity'"), "impossible_monthly_price"),
    (SET_PLAN.format("monthly_price = 1e12"), "impossible_monthly_price"),
]
REASONS = Counter(reason for _, reason in BAD)
TWICE = AGAIN.format("status, due_day")
FEE, EXTRA = Decimal("149.90"), Decimal("10.00")


@dataclass(frozen=True)
class Contract:
    """A client plan, its service plan, and the extra that it was sold."""

    id: int
    plan: int
    sale: int


@dataclass(frozen=True)
class Shop:
    """A contract for each of BAD, of a service plan of its own, and one that is good; each with an extra."""

    isp: Isp
    good: Contract
    bad: list[Contract]

    def damage(self, contract: Contract, statement: str) -> None:
        self.isp.run(statement.format(id=contract.id, plan=contract.plan))

    def damage_all(self) -> None:
        for contract, (statement, _) in zip(self.bad, BAD, strict=True):
            self.damage(contract, statement)

    def mend(self) -> None:
        for table in ("client_plan", "service_plan"):
            self.isp.run(f"delete from erp.{table}")  # noqa: S608
            self.isp.run(f"insert into erp.{table} select * from sound.{table}")  # noqa: S608

    def reasons(self) -> dict[int, str]:
        """Why each sale is parked."""
        return {contract.sale: reason for contract, (_, reason) in zip(self.bad, BAD, strict=True)}

    def sold(self, bad: str, good: str) -> dict[int, tuple[str, Decimal]]:
        """The events by what the bad and the good ones are."""
        return {contract.sale: (bad, EXTRA) for contract in self.bad} | {self.good.sale: (good, EXTRA)}

    def check(self) -> None:
        books.check(self.isp.engine, books.BOOKS, DUE)

    def assert_all_are_paid_once(self) -> None:
        self.check()
        assert self.isp.events() == self.sold("processed", "processed")
        assert sorted(self.isp.postings()) == sorted(
            (contract.id, kind, amount)
            for contract in (self.good, *self.bad)
            for kind, amount in (("plan", FEE), ("tv_package", EXTRA))
        )


@pytest.fixture
def shop(isp: Isp) -> Shop:
    package = isp.package("10.00")

    def contract(plan: int) -> Contract:
        made = isp.client_plan(service_plan=plan)
        return Contract(made, plan, isp.sell(made, package))

    good, bad = contract(1), []
    for plan in range(101, 101 + len(BAD)):
        isp.run("insert into erp.service_plan values (:plan, 'Fibra 700 + TV', 149.90)", plan=plan)
        isp.run("insert into tv.service_plan_setting values (:plan, true, 9000)", plan=plan)
        bad.append(contract(plan))
    for statement in LOOSE.split(";"):
        isp.run(statement)
    isp.run("create schema sound")
    for table in ("client_plan", "service_plan"):
        isp.run(f"create table sound.{table} as select * from erp.{table}")  # noqa: S608
    return Shop(isp, good, bad)


def test_the_others_are_billed_and_a_bad_row_once_it_is_mended(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    isp = shop.isp
    shop.damage_all()
    summary = tv.summarise_due_date(isp.engine, DUE)
    assert (summary.candidates, summary.client_plans) == (1 + len(BAD), 1 + len(BAD))
    assert summary.charges == Tally(1, EXTRA)
    number = preview.store(isp.engine, DUE, SETTINGS).id
    outcomes = isp.run("select outcome, client_packages from billing.preview_outcome where preview_id = :n", n=number)
    assert dict(map(tuple, outcomes)) == {"charge": 1} | REASONS
    books.warn(isp.engine, books.NEVER_BILLED, (10, 20))
    books.warn_of(isp.engine, books.PLANS, DUE)
    isp.bill()
    shop.check()
    books.warn_of(isp.engine, books.PARKED + books.FEES, DUE)
    assert isp.exclusions() == shop.reasons()
    assert isp.events() == {shop.good.sale: ("processed", EXTRA)}
    assert isp.postings() == [(shop.good.id, "plan", FEE), (shop.good.id, "tv_package", EXTRA)]
    assert isp.run("select client_plan_id from finance.invoice") == [(shop.good.id,)]
    named = {row.offender for row in isp.run("select offender from quality.offender where due_date = :d", d=DUE)}
    for contract, (_, reason) in zip(shop.bad, BAD, strict=True):
        assert f"client package {contract.sale} of client plan {contract.id} is not charged: {reason}" in named
        assert any(re.fullmatch(f"client plan {contract.id} of .* is not billed: {reason}", found) for found in named)
    assert "The others are billed. Correct these rows of the ERP" in caplog.text
    for report in (tv_report(isp.engine, DUE), standard_report(isp.engine, DUE)):
        assert f"{len(BAD)} planos de clientes estão com erro nos dados do ERP." in report
        for contract, (_, reason) in zip(shop.bad, BAD, strict=True):
            assert re.search(rf"\| {contract.id} +\|.*\| {re.escape(label(reason))} ", report)
    before = isp.tables()
    isp.bill()
    assert isp.tables() == before
    shop.mend()
    isp.bill()
    assert isp.exclusions() == {}
    shop.assert_all_are_paid_once()


@pytest.mark.parametrize("again", [True, False], ids=["saved again", "settled only"])
@pytest.mark.parametrize("invoiced", [True, False], ids=["invoiced", "not invoiced"])
def test_what_is_pending_is_neither_posted_nor_voided_until_the_row_is_mended(
    shop: Shop, *, invoiced: bool, again: bool
) -> None:
    isp = shop.isp
    tv.save(isp.engine, DUE, SETTINGS)
    saved = isp.tables()
    if invoiced:
        bill_plans(isp.engine, DUE)
    shop.damage_all()
    if again:
        assert tv.save(isp.engine, DUE, SETTINGS) == tv.Saved(0, 0, Tally(0, Decimal()))
        kept = ("billing.event", "billing.expectation", "billing.exclusion")
        assert [isp.tables()[name] for name in kept] == [saved[name] for name in kept]
    bill_plans(isp.engine, DUE)
    waiting = {reason: Tally(count, count * EXTRA) for reason, count in REASONS.items()}
    nothing = Tally(0, Decimal())
    assert tv.settle(isp.engine, DUE, SETTINGS) == tv.Settled(Tally(1, EXTRA), nothing, nothing, waiting)
    shop.check()
    assert isp.events() == shop.sold("pending", "processed")
    books.warn_of(isp.engine, books.PARKED, DUE)
    named = {row.offender for row in isp.run("select offender from quality.offender")}
    assert named == {
        f"client package {contract.sale} of client plan {contract.id} has a charge that waits: {reason}"
        for contract, (_, reason) in zip(shop.bad, BAD, strict=True)
    }
    report = tv_report(isp.engine, DUE)
    for reason, tally in waiting.items():
        assert f"Eventos ainda pendentes: {tally}: {label(reason)}." in report
    isp.run("update billing.run set created_at = now() - interval '1 day', closed_at = closed_at - interval '1 day'")
    found = sweep.unfinished(isp.engine, get_settings(), date(2026, 12, 1))
    without_invoice = [] if invoiced else [Reason("plans_parked", {"client_plans": len(BAD)})]
    assert [item.reason for item in found] == [Reason("charges_parked", {"events": len(BAD)}), *without_invoice]
    shop.mend()
    isp.bill()
    shop.assert_all_are_paid_once()


@pytest.mark.parametrize(
    "row",
    [
        "(null, 1, 1, 'active', 10, '2026-01-01', null)",
        "(null, 1, 1, 'active', 10, '2026-01-01', null), (null, 2, 1, 'active', 10, '2026-01-01', null)",
        "(null, null, null, null, 10, null, null)",
        "(null, null, null, null, null, null, null)",
        "(null, null, null, 'active', null, null, null)",
        "(0, 1, 1, 'active', 10, '2026-01-01', null)",
        "(-5, 1, 1, 'active', 10, '2026-01-01', null), (-5, 1, 1, 'active', 20, '2026-01-01', null)",
        "(900, 1, 1, 'active', 0, '2026-01-01', null)",
        "(900, 1, 1, 'active', 32, '2026-01-01', null)",
        "(900, 1, 1, 'active', -1, '2026-01-01', null)",
        "(900, 1, 1, 'active', null, '2026-01-01', null)",
        "(900, 1, null, 'cancelled', 10, 'infinity', null)",
        "(900, 1, 1, 'ATIVO ', 10, '2026-01-01', null)",
        "(900, 1, 1, 'active', 10, null, '-infinity')",
    ],
)
def test_a_row_that_is_nobodys_disturbs_nobody(shop: Shop, caplog: pytest.LogCaptureFixture, row: str) -> None:
    isp = shop.isp
    isp.run(f"insert into erp.client_plan values {row}")  # noqa: S608
    books.warn(isp.engine, books.NEVER_BILLED, (10,))
    books.warn_of(isp.engine, books.PLANS, DUE)
    tv.summarise_due_date(isp.engine, DUE)
    preview.store(isp.engine, DUE, SETTINGS)
    isp.bill()
    shop.check()
    books.warn_of(isp.engine, books.PARKED + books.FEES, DUE)
    shop.assert_all_are_paid_once()
    standard_report(isp.engine, DUE)
    tv_report(isp.engine, DUE)
    if "(null" in row and "10," in row:
        assert "client plan without an id of client" in caplog.text


@pytest.mark.parametrize("client_plan", [0, -7])
def test_a_contract_without_a_possible_number_is_parked_with_its_packages(shop: Shop, client_plan: int) -> None:
    isp = shop.isp
    isp.run("insert into erp.client_plan values (:n, 1, 1, 'active', 10, '2026-01-01', null)", n=client_plan)
    sold = isp.sell(client_plan, isp.package("5.00"))
    isp.bill()
    shop.check()
    assert isp.exclusions() == {sold: "impossible_client_plan_id"}
    assert sold not in isp.events()


@pytest.mark.parametrize("proration", ["full", "daily"])
@pytest.mark.parametrize("timing", ["advance", "arrears"])
def test_every_policy_parks_it(
    shop: Shop, proration: Literal["full", "daily"], timing: Literal["advance", "arrears"]
) -> None:
    isp = shop.isp
    set_policy(as_screens(isp.engine), "Ana", Policy(proration=proration, timing=timing))
    tv.save(isp.engine, DUE, SETTINGS)
    shop.damage_all()
    isp.bill()
    shop.check()
    assert isp.events() == shop.sold("pending", "processed")
    package = isp.package("7.00")
    late = {isp.sell(contract.id, package): reason for contract, (_, reason) in zip(shop.bad, BAD, strict=True)}
    isp.bill()
    shop.check()
    assert isp.exclusions() == late
    shop.mend()
    isp.bill()
    shop.check()
    assert isp.events() == shop.sold("processed", "processed") | dict.fromkeys(late, ("processed", Decimal("7.00")))


@pytest.mark.parametrize("price", ["0", "0.004", "149.90000"])
def test_a_price_that_is_possible_parks_nobody(shop: Shop, price: str) -> None:
    shop.isp.run("update erp.service_plan set monthly_price = cast(:price as numeric)", price=price)
    contracts = 1 + len(BAD)
    fees = 0 if price.startswith("0") else contracts
    assert bill_plans(shop.isp.engine, DUE) == Invoiced(contracts, fees)


def test_a_contract_that_never_ends_by_infinity_is_billed(shop: Shop) -> None:
    set_policy(as_screens(shop.isp.engine), "Ana", Policy(proration="daily"))
    shop.isp.run("update erp.client_plan set cancelled_on = 'infinity'")
    shop.isp.bill()
    shop.assert_all_are_paid_once()


def test_a_contract_on_two_due_days_is_charged_on_neither(shop: Shop) -> None:
    later, [twice, *_] = date(2026, 12, 20), shop.bad
    shop.damage(twice, AGAIN.format("status, due_day + 10"))
    for due in (DUE, later, DUE):
        shop.isp.bill(due)
        books.check(shop.isp.engine, books.BOOKS, due)
    assert twice.id not in {client_plan for client_plan, _, _ in shop.isp.postings()}
    assert shop.isp.exclusions(later) == shop.isp.exclusions() == {twice.sale: "listed_twice"}


def test_a_processed_charge_of_a_row_that_went_bad_is_left_as_it_is(shop: Shop) -> None:
    shop.isp.bill()
    shop.damage_all()
    before = shop.isp.tables()
    shop.isp.bill()
    shop.check()
    assert shop.isp.tables() == before
    assert "não seriam cobrados" not in tv_report(shop.isp.engine, DUE)


def test_many_parked_charges_are_no_reason_to_stop(shop: Shop) -> None:
    [parked, *_], package = shop.bad, shop.isp.package("5.00")
    for _ in range(60):
        shop.isp.sell(shop.isp.client_plan(service_plan=parked.plan), package)
    tv.save(shop.isp.engine, DUE, SETTINGS)
    shop.damage(parked, SET_PLAN.format("monthly_price = null"))
    shop.isp.bill()
    shop.check()
    assert len(shop.isp.postings()) == 2 * len(BAD)
    assert "E mais 11 planos de clientes" in tv_report(shop.isp.engine, DUE)


def test_what_is_repeated_is_one_line_of_the_list_of_the_page_and_of_the_sheet(shop: Shop) -> None:
    shop.damage(shop.good, TWICE)
    for contract in shop.bad:
        shop.damage(contract, PLAN_AGAIN.format("149.90"))
    shop.isp.run("alter table erp.client drop constraint client_pkey cascade")
    shop.isp.run("insert into erp.client select * from erp.client")
    number = preview.store(shop.isp.engine, DUE, SETTINGS).id
    expected = [(shop.good.id, "listed_twice"), *((contract.id, "service_plan_repeated") for contract in shop.bad)]
    sheet = shop.isp.run("select client_plan_id, outcome from billing.preview_sheet(:n)", n=number)
    assert sheet == expected
    with as_screens(shop.isp.engine).connect() as connection:
        first = {"outcome": None, "after_plan": None, "after_package": None, "after_month": None, "size": 100}
        page = connection.execute(named("web/preview_lines"), first | {"preview": number}).all()
    assert [(line.client_plan_id, line.outcome) for line in page] == expected
