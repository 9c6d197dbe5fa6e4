"""What keeps a wrong ERP, a moved due day or a package sold again from costing a client, or the ISP, money."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine

from multitv.billing import tv
from multitv.billing.report import tv_report
from multitv.billing.run import Tally
from multitv.billing.standard import bill_plans
from multitv.erp.facts import ErpEmpty
from multitv.offer.billing_policy import Policy, set_policy
from multitv.quality import books
from multitv.settings import Settings
from tests.support.databases import as_screens
from tests.support.isp import DUE, Isp
from tests.support.settings import SETTINGS

pytestmark = pytest.mark.slow

LATER = date(2026, 12, 20)
SUSPEND = "update erp.client_plan set status = 'suspended' where id in (select id from erp.client_plan limit :n)"


def save(engine: Engine, due_date: date, settings: Settings, *, allow_voids: bool = False) -> tv.Saved:
    saved = tv.save(engine, due_date, settings, allow_voids=allow_voids)
    assert isinstance(saved, tv.Saved)
    return saved


STEPS: dict[str, Callable[..., tv.Saved | tv.Settled]] = {"save": save, "settle": tv.settle}


def bill(isp: Isp, due_date: date = DUE) -> None:
    isp.bill(due_date)
    books.check(isp.engine, books.BOOKS, due_date)


@pytest.fixture
def saved(isp: Isp) -> Isp:
    """Fifty clients with a pending event each, and a closed standard billing."""
    package = isp.package("10.00")
    for _ in range(50):
        isp.sell(isp.client_plan(), package)
    tv.save(isp.engine, DUE, SETTINGS)
    bill_plans(isp.engine, DUE)
    return isp


@pytest.mark.parametrize("step", STEPS)
def test_more_voids_than_plausible_need_a_persons_word(saved: Isp, step: str) -> None:
    saved.run(SUSPEND, n=21)
    before = saved.tables()
    with pytest.raises(tv.TooManyVoids, match=r"^21 \(R\$ 210,00\) of the 50 .*allow_voids.*Nothing was written"):
        STEPS[step](saved.engine, DUE, SETTINGS)
    assert saved.tables() == before
    assert STEPS[step](saved.engine, DUE, SETTINGS, allow_voids=True).voided == Tally(21, Decimal("210.00"))


@pytest.mark.parametrize("step", STEPS)
def test_a_plausible_number_of_voids_needs_nobody(saved: Isp, step: str) -> None:
    saved.run(SUSPEND, n=20)
    assert STEPS[step](saved.engine, DUE, SETTINGS).voided.count == 20


@pytest.mark.parametrize(
    "step",
    [
        tv.summarise_due_date,
        lambda engine, due_date: tv.save(engine, due_date, SETTINGS),
        lambda engine, due_date: tv.settle(engine, due_date, SETTINGS),
    ],
    ids=["load", "save", "settle"],
)
def test_an_empty_erp_is_no_reason_to_void(saved: Isp, step: Callable[[Engine, date], object]) -> None:
    saved.run("delete from erp.client_plan")
    before = saved.tables()
    with pytest.raises(ErpEmpty):
        step(saved.engine, DUE)
    assert saved.tables() == before


def test_a_package_cancelled_and_sold_again_within_the_month_is_charged_once(isp: Isp) -> None:
    plan, package = isp.client_plan(), isp.package()
    first = isp.sell(plan, package)
    bill(isp)
    isp.run("update tv.client_package set cancelled_on = '2026-12-11' where id = :id", id=first)
    again = isp.sell(plan, package, added_on=date(2026, 12, 12))
    isp.run("update erp.client_plan set due_day = 20")
    bill(isp, LATER)
    assert isp.events(LATER) == {}
    assert isp.exclusions(LATER) == {first: "package_cancelled", again: "already_billed"}
    bill(isp, date(2027, 1, 20))
    assert isp.events(date(2027, 1, 20)) == {again: ("processed", Decimal("29.90"))}


def test_a_package_sold_again_while_its_first_charge_is_pending_is_charged_once(isp: Isp) -> None:
    plan, package = isp.client_plan(), isp.package()
    first = isp.sell(plan, package)
    tv.save(isp.engine, DUE, SETTINGS)
    isp.run("update tv.client_package set cancelled_on = '2026-12-01' where id = :id", id=first)
    again = isp.sell(plan, package, added_on=date(2026, 12, 1))
    bill(isp)
    assert isp.events() == {first: ("cancelled", Decimal("29.90")), again: ("processed", Decimal("29.90"))}


@pytest.mark.parametrize(("old", "new"), [(DUE, LATER), (LATER, DUE)])
def test_a_moved_due_day_takes_its_pending_charge_along(isp: Isp, old: date, new: date) -> None:
    sold = isp.sell(isp.client_plan(due_day=old.day), isp.package())
    tv.save(isp.engine, old, SETTINGS)
    isp.run("update erp.client_plan set due_day = :day", day=new.day)
    bill(isp, new)
    assert isp.events(new) == {sold: ("processed", Decimal("29.90"))}
    assert isp.events(old) == {sold: ("cancelled", Decimal("29.90"))}
    assert isp.exclusions(old) == {sold: "not_due"}
    bill(isp, old)
    assert isp.run("select count(*) from finance.posting where kind = 'tv_package'") == [(1,)]


@pytest.mark.parametrize("daily", [False, True])
@pytest.mark.parametrize(("old", "new"), [(DUE, LATER), (LATER, DUE)])
def test_a_package_sold_again_while_its_due_day_moves_is_charged_once(
    isp: Isp, old: date, new: date, daily: bool
) -> None:
    if daily:
        set_policy(as_screens(isp.engine), "Ana", Policy(proration="daily"))
    plan, package = isp.client_plan(due_day=old.day), isp.package("31.00")
    first = isp.sell(plan, package)
    tv.save(isp.engine, old, SETTINGS)
    isp.run("update erp.client_plan set due_day = :day", day=new.day)
    isp.run("update tv.client_package set cancelled_on = '2026-12-05' where id = :id", id=first)
    again = isp.sell(plan, package, added_on=date(2026, 12, 5))
    bill(isp, new)
    shares = {first: Decimal("4.00"), again: Decimal("27.00")} if daily else {again: Decimal("31.00")}
    assert isp.events(new) == {sale: ("processed", amount) for sale, amount in shares.items()}
    assert isp.events(old) == {first: ("cancelled", Decimal("31.00"))}
    bill(isp, old)
    assert isp.run("select sum(amount) from finance.posting where kind = 'tv_package'") == [(Decimal("31.00"),)]


@pytest.mark.parametrize(
    ("gap", "reason"),
    [("status = null", "client_plan_suspended"), ("activated_on = null", "client_plan_not_active_yet")],
)
def test_what_the_erp_leaves_empty_is_no_reason_to_charge(isp: Isp, gap: str, reason: str) -> None:
    sold = isp.sell(isp.client_plan(), isp.package())
    isp.run("alter table erp.client_plan alter column status drop not null, alter column activated_on drop not null")
    isp.run(f"update erp.client_plan set {gap}")  # noqa: S608, of the two above
    bill(isp)
    assert isp.exclusions() == {sold: reason}
    assert isp.postings() == []


@pytest.mark.parametrize("price", ["0.00", None])
def test_a_price_taken_away_after_saving_does_not_change_what_was_saved(isp: Isp, price: str | None) -> None:
    package = isp.package("29.90")
    sold = isp.sell(isp.client_plan(), package)
    tv.save(isp.engine, DUE, SETTINGS)
    bill_plans(isp.engine, DUE)
    isp.run("update tv.package set price = :price where id = :id", price=price, id=package)
    assert tv.settle(isp.engine, DUE, SETTINGS).posted == Tally(1, Decimal("29.90"))
    assert isp.events() == {sold: ("processed", Decimal("29.90"))}


def test_what_is_processed_and_would_not_be_charged_any_more_is_shown(isp: Isp) -> None:
    package = isp.package("29.90")
    left, kept = isp.sell(isp.client_plan(), package), isp.sell(isp.client_plan(), package)
    bill(isp)
    assert "não seriam cobrados" not in tv_report(isp.engine, DUE)
    isp.run("update tv.client_package set cancelled_on = '2026-12-01' where id = :id", id=left)
    assert (
        "Eventos já processados que hoje não seriam cobrados: 1 (R$ 29,90), pacote cancelado. Veja se é preciso "
        "estornar." in tv_report(isp.engine, DUE)
    )
    assert isp.events()[kept] == ("processed", Decimal("29.90"))
