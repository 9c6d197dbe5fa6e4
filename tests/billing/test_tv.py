"""TV billing of a due date, from the list to the postings, on a real database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pytest

from multitv.billing import tv
from multitv.billing.review import ApprovalRequest
from multitv.billing.run import Tally
from multitv.billing.standard import bill_plans
from tests.support.isp import DUE, Isp
from tests.support.settings import SETTINGS


def test_plan_and_extras_end_on_one_invoice(isp: Isp) -> None:
    plan = isp.client_plan()
    isp.sell(plan, isp.package("29.90"))
    isp.sell(plan, isp.package("39.90"), price="10.01")
    isp.bill()
    assert isp.postings() == [
        (plan, "plan", Decimal("149.90")),
        (plan, "tv_package", Decimal("10.01")),
        (plan, "tv_package", Decimal("29.90")),
    ]


@pytest.mark.parametrize(
    ("reason", "plan", "package", "sold"),
    [
        ("client_plan_cancelled", {"status": "cancelled", "cancelled_on": date(2026, 11, 1)}, {}, {}),
        ("client_plan_cancelled", {"cancelled_on": DUE}, {}, {}),
        ("client_plan_suspended", {"status": "suspended"}, {}, {}),
        ("client_plan_not_active_yet", {"activated_on": date(2026, 12, 11)}, {}, {}),
        ("plan_without_tv", {"service_plan": 2}, {}, {}),
        ("service_plan_unknown", {"service_plan": 99}, {}, {}),
        ("package_not_extra", {}, {"extra": False}, {}),
        ("package_inactive", {}, {"active": False}, {}),
        ("not_added_yet", {}, {}, {"added_on": date(2026, 12, 11)}),
        ("package_cancelled", {}, {}, {"cancelled_on": DUE}),
        ("no_price", {}, {"price": None}, {}),
        ("free", {}, {"price": "0.00"}, {}),
        ("free", {}, {}, {"price": "0.00"}),
    ],
)
def test_who_is_not_charged_is_excluded_with_the_reason(
    isp: Isp, reason: str, plan: dict[str, Any], package: dict[str, Any], sold: dict[str, Any]
) -> None:
    excluded = isp.sell(isp.client_plan(**plan), isp.package(**package), **sold)
    isp.bill()
    assert isp.exclusions() == {excluded: reason}
    assert isp.events() == {}


@pytest.mark.parametrize("sold", [{"added_on": DUE}, {"cancelled_on": date(2026, 12, 11)}, {"price": "0.01"}])
def test_the_last_day_and_the_smallest_price_are_charged(isp: Isp, sold: dict[str, Any]) -> None:
    charged = isp.sell(isp.client_plan(), isp.package(), **sold)
    isp.bill()
    assert isp.events() == {charged: ("processed", Decimal(sold.get("price", "29.90")))}


@pytest.mark.parametrize(
    ("due_date", "due_days"),
    [
        (date(2027, 2, 28), {28, 29, 30, 31}),
        (date(2028, 2, 28), {28}),
        (date(2028, 2, 29), {29, 30, 31}),
        (date(2026, 11, 30), {30, 31}),
        (date(2026, 12, 31), {31}),
        (date(2026, 12, 30), {30}),
    ],
)
def test_a_due_day_past_the_end_of_the_month_falls_on_its_last_day(
    isp: Isp, due_date: date, due_days: set[int]
) -> None:
    package = isp.package()
    sold = {day: isp.sell(isp.client_plan(due_day=day), package) for day in range(27, 32)}
    isp.bill(due_date)
    assert set(isp.events(due_date)) == {sold[day] for day in due_days}


def test_running_again_after_settlement_changes_no_row(isp: Isp) -> None:
    plan = isp.client_plan()
    isp.sell(plan, isp.package())
    isp.sell(plan, isp.package(None))
    isp.bill()
    before = isp.tables()
    isp.bill()
    assert isp.tables() == before


def test_saving_again_reprices_adds_and_voids_what_is_pending(isp: Isp) -> None:
    package = isp.package("29.90")
    repriced, cancelled = isp.sell(isp.client_plan(), package), isp.sell(isp.client_plan(), isp.package("50.00"))
    tv.save(isp.engine, DUE, SETTINGS)
    isp.run("update tv.package set price = 31.00 where id = :id", id=package)
    isp.run("update tv.client_package set cancelled_on = :on where id = :id", on=DUE, id=cancelled)
    added = isp.sell(isp.client_plan(), package)
    saved = tv.save(isp.engine, DUE, SETTINGS)
    assert isinstance(saved, tv.Saved)
    assert (saved.added, saved.repriced, saved.voided) == (1, 1, Tally(1, Decimal("50.00")))
    assert isp.events() == {
        repriced: ("pending", Decimal("31.00")),
        cancelled: ("cancelled", Decimal("50.00")),
        added: ("pending", Decimal("31.00")),
    }
    assert isp.exclusions() == {cancelled: "package_cancelled"}


def test_a_processed_event_keeps_its_amount_whatever_changes_later(isp: Isp) -> None:
    package = isp.package("29.90")
    sold = isp.sell(isp.client_plan(), package)
    isp.bill()
    isp.run("update tv.package set price = 99.00 where id = :id", id=package)
    isp.run("update tv.client_package set cancelled_on = :on where id = :id", on=DUE, id=sold)
    isp.run("update erp.client_plan set due_day = 20")
    before = isp.tables()
    isp.bill()
    assert isp.tables() == before


def test_what_was_cancelled_while_waiting_is_voided_and_not_posted(isp: Isp) -> None:
    plan = isp.client_plan()
    kept, cancelled = isp.sell(plan, isp.package("10.00")), isp.sell(plan, isp.package("20.00"))
    tv.save(isp.engine, DUE, SETTINGS)
    isp.run("update tv.client_package set cancelled_on = :on where id = :id", on=DUE, id=cancelled)
    bill_plans(isp.engine, DUE)
    assert tv.settle(isp.engine, DUE, SETTINGS).voided == Tally(1, Decimal("20.00"))
    assert isp.events() == {kept: ("processed", Decimal("10.00")), cancelled: ("cancelled", Decimal("20.00"))}
    assert isp.exclusions() == {cancelled: "package_cancelled"}


def test_a_client_whose_due_day_moved_is_not_charged_on_the_old_one(isp: Isp) -> None:
    sold = isp.sell(isp.client_plan(), isp.package())
    tv.save(isp.engine, DUE, SETTINGS)
    isp.run("update erp.client_plan set due_day = 20")
    bill_plans(isp.engine, DUE)
    tv.settle(isp.engine, DUE, SETTINGS)
    assert isp.events() == {sold: ("cancelled", Decimal("29.90"))}
    assert isp.exclusions() == {sold: "not_due"}
    isp.bill(date(2026, 12, 20))
    assert isp.events(date(2026, 12, 20)) == {sold: ("processed", Decimal("29.90"))}


def test_a_client_billed_on_one_due_day_is_not_billed_again_in_the_month_on_another(isp: Isp) -> None:
    sold = isp.sell(isp.client_plan(), isp.package())
    isp.bill()
    isp.run("update erp.client_plan set due_day = 20")
    isp.bill(date(2026, 12, 20))
    assert isp.events(date(2026, 12, 20)) == {}
    assert isp.exclusions(date(2026, 12, 20)) == {sold: "already_billed"}
    isp.bill(date(2027, 1, 20))
    assert isp.events(date(2027, 1, 20)) == {sold: ("processed", Decimal("29.90"))}


def test_without_an_open_invoice_an_event_stays_pending_and_its_neighbours_go_on(isp: Isp) -> None:
    package = isp.package("10.00")
    plans = [isp.client_plan() for _ in range(4)]
    sold = [isp.sell(plan, package) for plan in plans]
    tv.save(isp.engine, DUE, SETTINGS)
    bill_plans(isp.engine, DUE)
    isp.run("delete from finance.posting where false")
    isp.run("update finance.invoice set status = 'paid' where client_plan_id = :id", id=plans[1])
    isp.run("update finance.invoice set status = 'closed' where client_plan_id = :id", id=plans[2])
    isp.run("update finance.invoice set due_date = '2026-11-10' where client_plan_id = :id", id=plans[3])
    settled = tv.settle(isp.engine, DUE, SETTINGS)
    one = Tally(1, Decimal("10.00"))
    assert settled.posted == one
    assert settled.pending == {"invoice_paid": one, "invoice_closed": one, "no_invoice": one}
    assert [isp.events()[id_][0] for id_ in sold] == ["processed", "pending", "pending", "pending"]
    isp.run("update finance.invoice set status = 'open', due_date = :due", due=DUE)
    assert tv.settle(isp.engine, DUE, SETTINGS).posted == Tally(3, Decimal("30.00"))
    assert isp.run("select status from billing.run where kind = 'tv'") == [("closed",)]


@pytest.mark.parametrize("standard", [None, "failed"])
def test_nothing_settles_before_the_standard_billing_is_closed(isp: Isp, standard: str | None) -> None:
    isp.sell(isp.client_plan(), isp.package())
    tv.save(isp.engine, DUE, SETTINGS)
    if standard:
        isp.run(
            "insert into billing.run (kind, due_date, status, reason) values ('standard', :d, 'failed', 'x')", d=DUE
        )
    before = isp.tables()
    with pytest.raises(tv.StandardBillingNotClosed, match="2026-12-10"):
        tv.settle(isp.engine, DUE, SETTINGS)
    assert isp.tables() == before


@pytest.mark.parametrize("approval", [None, "always"])
def test_what_was_never_saved_is_not_settled(isp: Isp, approval: Literal["always"] | None) -> None:
    """As Airflow asks for it that remembers a save of which a restored database knows nothing."""
    isp.sell(isp.client_plan(), isp.package())
    if approval:
        assert isinstance(tv.save(isp.engine, DUE, SETTINGS, approval=approval), ApprovalRequest)
    bill_plans(isp.engine, DUE)
    before = isp.tables()
    with pytest.raises(tv.ListNeverSaved, match="2026-12-10.*Trigger a run of tv_billing"):
        tv.settle(isp.engine, DUE, SETTINGS)
    assert isp.tables() == before
    isp.bill()
    assert [kind for _, kind, _ in isp.postings()] == ["plan", "tv_package"]


def test_the_standard_billing_of_another_due_date_is_not_taken_for_this_one(isp: Isp) -> None:
    isp.sell(isp.client_plan(), isp.package())
    tv.save(isp.engine, DUE, SETTINGS)
    bill_plans(isp.engine, date(2026, 11, 10))
    with pytest.raises(tv.StandardBillingNotClosed):
        tv.settle(isp.engine, DUE, SETTINGS)


def test_loading_counts_the_list_and_writes_nothing(isp: Isp) -> None:
    plan = isp.client_plan()
    isp.sell(plan, isp.package("29.90"))
    isp.sell(plan, isp.package(None))
    before = isp.tables()
    summary = tv.summarise_due_date(isp.engine, DUE)
    assert (summary.client_plans, summary.candidates, summary.charges) == (1, 2, Tally(1, Decimal("29.90")))
    assert summary.has_work
    assert isp.tables() == before


def test_a_due_date_that_no_plan_has_is_no_work(isp: Isp) -> None:
    isp.sell(isp.client_plan(due_day=10), isp.package())
    summary = tv.summarise_due_date(isp.engine, date(2026, 12, 13))
    assert (summary.client_plans, summary.has_work) == (0, False)


def test_events_left_pending_are_work_even_if_nobody_is_due_any_more(isp: Isp) -> None:
    isp.sell(isp.client_plan(), isp.package())
    tv.save(isp.engine, DUE, SETTINGS)
    isp.run("update erp.client_plan set due_day = 20")
    assert tv.summarise_due_date(isp.engine, DUE).has_work
