"""A bad row of the ERP stops only itself: it is named, all others are billed, and it is billed once it is mended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from multitv.billing import preview, sweep, tv
from multitv.billing.report import standard_report, tv_report
from multitv.billing.run import Tally
from multitv.billing.standard import Invoiced, bill_plans
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
alter table erp.service_plan drop constraint service_plan_pkey, alter id drop not null, alter monthly_price drop not null,
    alter monthly_price type numeric
"""
AGAIN = "insert into erp.client_plan select id, client_id, service_plan_id, {} activated_on, cancelled_on "
AGAIN += "from erp.client_plan where id = {{bad}}"
PLAN_AGAIN = "insert into erp.service_plan values (3, 'Fibra 700 + TV', {})"

# By what is done to the ERP: why the bad contract is parked.
BAD = {
    "update erp.client_plan set service_plan_id = null where id = {bad}": "impossible_service_plan_id",
    "update erp.client_plan set service_plan_id = 0 where id = {bad}": "impossible_service_plan_id",
    "update erp.client_plan set service_plan_id = -3 where id = {bad}": "impossible_service_plan_id",
    "update erp.client_plan set client_id = null where id = {bad}": "impossible_client_id",
    "update erp.client_plan set client_id = 0 where id = {bad}": "impossible_client_id",
    "update erp.client_plan set client_id = -1 where id = {bad}": "impossible_client_id",
    "update erp.client_plan set activated_on = 'infinity' where id = {bad}": "impossible_date",
    "update erp.client_plan set activated_on = '-infinity' where id = {bad}": "impossible_date",
    "update erp.client_plan set cancelled_on = '-infinity' where id = {bad}": "impossible_date",
    AGAIN.format("status, due_day,"): "listed_twice",
    AGAIN.format("status, due_day + 10,"): "listed_twice",
    AGAIN.format("status, null,"): "listed_twice",
    AGAIN.format("status, 0,"): "listed_twice",
    AGAIN.format("'cancelled', due_day,"): "listed_twice",
    AGAIN.format("null, due_day,"): "listed_twice",
    "delete from erp.service_plan where id = 3": "service_plan_unknown",
    "update erp.service_plan set id = null where id = 3": "service_plan_unknown",
    "update erp.client_plan set service_plan_id = 77 where id = {bad}": "service_plan_unknown",
    PLAN_AGAIN.format("199.90"): "service_plan_repeated",
    PLAN_AGAIN.format("99.90"): "service_plan_repeated",
    PLAN_AGAIN.format("null"): "service_plan_repeated",
    "update erp.service_plan set monthly_price = null where id = 3": "impossible_monthly_price",
    "update erp.service_plan set monthly_price = -0.01 where id = 3": "impossible_monthly_price",
    "update erp.service_plan set monthly_price = 'NaN' where id = 3": "impossible_monthly_price",
    "update erp.service_plan set monthly_price = 'Infinity' where id = 3": "impossible_monthly_price",
    "update erp.service_plan set monthly_price = 1e12 where id = 3": "impossible_monthly_price",
}
CASES = [pytest.param(*case, id=f"{case[1]}-{number}") for number, case in enumerate(BAD.items())]
FEE, EXTRA = Decimal("149.90"), Decimal("10.00")


@dataclass
class Shop:
    """A bad contract of service plan 3 and a good one of service plan 1, each with an extra."""

    isp: Isp
    bad: int
    good: int
    bad_sale: int
    good_sale: int

    def break_erp(self, damage: str) -> None:
        self.isp.run(damage.format(bad=self.bad))

    def mend_erp(self) -> None:
        for table in ("client_plan", "service_plan"):
            self.isp.run(f"delete from erp.{table}")  # noqa: S608
            self.isp.run(f"insert into erp.{table} select * from sound.{table}")  # noqa: S608

    def posted(self, client_plan: int) -> dict[str, Decimal]:
        rows = [(kind, amount) for plan, kind, amount in self.isp.postings() if plan == client_plan]
        assert len(rows) == len(dict(rows))
        return dict(rows)

    def check(self) -> None:
        books.check(self.isp.engine, books.BOOKS, DUE)


@pytest.fixture
def shop(isp: Isp) -> Shop:
    isp.run("insert into erp.service_plan values (3, 'Fibra 700 + TV', 199.90)")
    isp.run("insert into tv.service_plan_setting values (3, true, null)")
    package = isp.package("10.00")
    bad, good = isp.client_plan(service_plan=3), isp.client_plan()
    made = Shop(isp, bad, good, isp.sell(bad, package), isp.sell(good, package))
    for statement in LOOSE.split(";"):
        isp.run(statement)
    isp.run("create schema sound")
    for table in ("client_plan", "service_plan"):
        isp.run(f"create table sound.{table} as select * from erp.{table}")  # noqa: S608
    return made


def settled(shop: Shop) -> tv.Settled:
    return tv.settle(shop.isp.engine, DUE, SETTINGS)


@pytest.mark.parametrize(("damage", "reason"), CASES)
def test_the_others_are_billed_and_the_bad_row_once_it_is_mended(
    shop: Shop, caplog: pytest.LogCaptureFixture, damage: str, reason: str
) -> None:
    isp = shop.isp
    shop.break_erp(damage)
    summary = tv.summarise_due_date(isp.engine, DUE)
    assert (summary.candidates, summary.charges) == (2, Tally(1, EXTRA))
    listed = preview.store(isp.engine, DUE, SETTINGS)
    assert label(reason) in listed.markdown
    books.warn(isp.engine, books.NEVER_BILLED, (10,))
    tv.save(isp.engine, DUE, SETTINGS)
    books.warn_of(isp.engine, books.PLANS, DUE)
    bill_plans(isp.engine, DUE)
    settled(shop)
    shop.check()
    books.warn_of(isp.engine, books.PARKED + books.FEES, DUE)
    assert isp.exclusions() == {shop.bad_sale: reason}
    assert isp.events() == {shop.good_sale: ("processed", EXTRA)}
    assert isp.postings() == [(shop.good, "plan", FEE), (shop.good, "tv_package", EXTRA)]
    assert isp.run("select client_plan_id from finance.invoice") == [(shop.good,)]
    assert f"client package {shop.bad_sale} of client plan {shop.bad} is not charged: {reason}" in caplog.text
    assert f"client plan {shop.bad} of client" in caplog.text
    for report in (tv_report(isp.engine, DUE), standard_report(isp.engine, DUE)):
        assert label(reason) in report
        assert "1 plano de cliente não foi faturado por um erro nos dados do ERP." in report
    before = isp.tables()
    isp.bill()
    assert isp.tables() == before
    shop.mend_erp()
    isp.bill()
    shop.check()
    assert isp.exclusions() == {}
    assert shop.posted(shop.bad) == {"plan": Decimal("199.90"), "tv_package": EXTRA}
    assert shop.posted(shop.good) == {"plan": FEE, "tv_package": EXTRA}


@pytest.mark.parametrize("again", [True, False], ids=["saved again", "settled only"])
@pytest.mark.parametrize("invoiced", [True, False], ids=["invoiced", "not invoiced"])
@pytest.mark.parametrize(("damage", "reason"), CASES)
def test_what_is_pending_is_neither_posted_nor_voided_until_the_row_is_mended(
    shop: Shop, caplog: pytest.LogCaptureFixture, damage: str, reason: str, *, invoiced: bool, again: bool
) -> None:
    isp = shop.isp
    tv.save(isp.engine, DUE, SETTINGS)
    saved = isp.tables()
    if invoiced:
        bill_plans(isp.engine, DUE)
    shop.break_erp(damage)
    if again:
        assert tv.save(isp.engine, DUE, SETTINGS) == tv.Saved(0, 0, Tally(0, Decimal()))
        assert {name: isp.tables()[name] for name in ("billing.event", "billing.expectation", "billing.exclusion")} == {
            name: saved[name] for name in ("billing.event", "billing.expectation", "billing.exclusion")
        }
    bill_plans(isp.engine, DUE)
    assert settled(shop) == tv.Settled(
        Tally(1, EXTRA), Tally(0, Decimal()), Tally(0, Decimal()), {reason: Tally(1, EXTRA)}
    )
    shop.check()
    assert isp.events() == {shop.bad_sale: ("pending", EXTRA), shop.good_sale: ("processed", EXTRA)}
    books.warn_of(isp.engine, books.PARKED, DUE)
    assert f"client package {shop.bad_sale} of client plan {shop.bad} has a charge that waits: {reason}" in caplog.text
    assert f"Eventos ainda pendentes: 1 (R$ 10,00), porque {label(reason)}." in tv_report(isp.engine, DUE)
    isp.run("update billing.run set created_at = now() - interval '1 day', closed_at = closed_at - interval '1 day'")
    found = sweep.unfinished(isp.engine, get_settings(), date(2026, 12, 1))
    assert [item.reason for item in found] == [Reason("charges_parked", {"events": 1})]
    shop.mend_erp()
    isp.bill()
    shop.check()
    assert isp.events() == {shop.bad_sale: ("processed", EXTRA), shop.good_sale: ("processed", EXTRA)}
    assert shop.posted(shop.bad) == {"plan": Decimal("199.90"), "tv_package": EXTRA}


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
    assert isp.events() == {shop.bad_sale: ("processed", EXTRA), shop.good_sale: ("processed", EXTRA)}
    assert len(isp.postings()) == 4
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
    assert len(isp.postings()) == 4


@pytest.mark.parametrize("proration", ["full", "daily"])
@pytest.mark.parametrize("timing", ["advance", "arrears"])
@pytest.mark.parametrize(("damage", "reason"), CASES)
def test_every_policy_parks_it(shop: Shop, damage: str, reason: str, proration: str, timing: str) -> None:
    isp = shop.isp
    set_policy(as_screens(isp.engine), "Ana", Policy(proration=proration, timing=timing))  # type: ignore[arg-type]
    tv.save(isp.engine, DUE, SETTINGS)
    shop.break_erp(damage)
    isp.bill()
    shop.check()
    assert isp.events()[shop.bad_sale][0] == "pending"
    assert isp.events()[shop.good_sale][0] == "processed"
    new = isp.sell(shop.bad, isp.package("7.00"))
    isp.bill()
    shop.check()
    assert isp.exclusions() == {new: reason}
    shop.mend_erp()
    isp.bill()
    shop.check()
    assert {status for status, _ in isp.events().values()} == {"processed"}
    assert len(isp.events()) == 3


@pytest.mark.parametrize("price", ["0", "0.004", "149.90000"])
def test_a_price_that_is_possible_parks_nobody(shop: Shop, price: str) -> None:
    shop.isp.run("update erp.service_plan set monthly_price = cast(:price as numeric)", price=price)
    fees = 0 if price.startswith("0") else 2
    assert bill_plans(shop.isp.engine, DUE) == Invoiced(2, fees)


def test_a_contract_that_never_ends_by_infinity_is_billed(shop: Shop) -> None:
    set_policy(as_screens(shop.isp.engine), "Ana", Policy(proration="daily"))
    shop.isp.run("update erp.client_plan set cancelled_on = 'infinity'")
    shop.isp.bill()
    shop.check()
    assert len(shop.isp.postings()) == 4


def test_a_contract_on_two_due_days_is_charged_on_neither(shop: Shop) -> None:
    later = date(2026, 12, 20)
    shop.break_erp(AGAIN.format("status, due_day + 10,"))
    for due in (DUE, later, DUE):
        shop.isp.bill(due)
        books.check(shop.isp.engine, books.BOOKS, due)
    assert shop.posted(shop.bad) == {}
    assert shop.isp.exclusions(later) == shop.isp.exclusions() == {shop.bad_sale: "listed_twice"}


def test_a_processed_charge_of_a_row_that_went_bad_is_left_as_it_is(shop: Shop) -> None:
    shop.isp.bill()
    shop.break_erp(AGAIN.format("status, due_day,"))
    before = shop.isp.tables()
    shop.isp.bill()
    shop.check()
    assert shop.isp.tables() == before
    assert "não seriam cobrados" not in tv_report(shop.isp.engine, DUE)


def test_many_parked_charges_are_no_reason_to_stop(shop: Shop) -> None:
    package = shop.isp.package("5.00")
    for _ in range(60):
        plan = next(shop.isp.ids)
        shop.isp.run("insert into erp.client_plan values (:n, 1, 3, 'active', 10, '2026-01-01', null)", n=plan)
        shop.isp.sell(plan, package)
    tv.save(shop.isp.engine, DUE, SETTINGS)
    shop.break_erp("update erp.service_plan set monthly_price = null where id = 3")
    shop.isp.bill()
    shop.check()
    assert shop.posted(shop.good) == {"plan": FEE, "tv_package": EXTRA}
    assert "E mais 11 planos de clientes" in tv_report(shop.isp.engine, DUE)


def test_a_repeated_contract_is_one_line_of_the_list_and_of_the_sheet(shop: Shop) -> None:
    shop.break_erp(AGAIN.format("status, due_day,"))
    shop.break_erp(PLAN_AGAIN.replace("3,", "1,").format("149.90"))
    shop.isp.run("alter table erp.client drop constraint client_pkey cascade")
    shop.isp.run("insert into erp.client select * from erp.client")
    number = preview.store(shop.isp.engine, DUE, SETTINGS).id
    rows = shop.isp.run("select client_plan_id, outcome from billing.preview_sheet(:n)", n=number)
    assert rows == [(shop.bad, "listed_twice"), (shop.good, "service_plan_repeated")]
