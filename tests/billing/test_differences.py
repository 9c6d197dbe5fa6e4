"""What a month owes beyond what was charged: charged with the next due date, or only listed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from multitv.billing import correction, tv
from multitv.billing.open_months import OpenMonths, compare, find_open_months
from multitv.billing.report import tv_report
from multitv.billing.review import ApprovalRequest
from multitv.billing.standard import bill_plans
from multitv.event_codes import event_code
from multitv.offer.billing_policy import Policy, set_policy
from multitv.quality import books
from tests.support.life import (
    DECEMBER,
    JANUARY,
    NOVEMBER,
    TAKEN_OUT,
    Life,
    cancelled,
    correct,
    days,
    moved,
    priced,
    reais,
    sold,
    unchanged,
)
from tests.support.report_text import unpadded
from tests.support.settings import SETTINGS

pytestmark = pytest.mark.slow

DUE, NEXT, AFTER = date(2026, 12, 10), date(2027, 1, 10), date(2027, 2, 10)


@pytest.fixture
def billed(life: Life, request: pytest.FixtureRequest) -> Life:
    """A package for 1.00 a day that ends on the 17th, billed for 16 days, whose end is taken out on the 20th."""
    sold(life)
    adjusts = getattr(request, "param", True)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily", adjusts=adjusts))
    life.day(date(2026, 12, 1), cancelled(17))
    life.bill(DUE)
    life.day(date(2026, 12, 20), TAKEN_OUT)
    assert life.charged() == reais("16.00")
    return life


def test_days_that_are_owed_after_all_are_charged_once_with_the_next_due_date(billed: Life) -> None:
    billed.bill(NEXT)
    assert billed.charged() == reais("16.00", "15.00")
    assert days(billed) == 31
    assert unchanged(billed, NEXT)
    assert billed.open_months(date(2027, 1, 31)) == []
    billed.bill(AFTER)
    assert unchanged(billed, DUE)
    assert billed.charged() == reais("16.00", "15.00")


@pytest.mark.parametrize("swept", [False, True])
def test_the_list_has_the_difference_whoever_looked_for_it(billed: Life, *, swept: bool) -> None:
    if swept:
        assert billed.open_months(date(2026, 12, 31)) == [
            OpenMonths(DECEMBER, 1, 1, 0, Decimal("15.00"), 1, Decimal("15.00"))
        ]
        assert tv.summarise_due_date(billed.isp.engine, NEXT).charges.amount == Decimal("46.00")
    billed.bill(NEXT)
    assert billed.charged() == reais("16.00", "15.00")


@pytest.mark.parametrize("billed", [False], indirect=True)
def test_a_policy_that_does_not_adjust_only_lists_the_difference(billed: Life) -> None:
    listed = [OpenMonths(DECEMBER, 1, 1, 0, Decimal("15.00"), 1, Decimal("15.00"))]
    assert billed.open_months(date(2026, 12, 31)) == listed
    billed.bill(NEXT)
    assert (billed.charged(), billed.charged(JANUARY)) == (reais("16.00"), reais("31.00"))
    assert billed.open_months(date(2027, 1, 31)) == listed


def test_a_price_that_rises_is_charged_without_more_days(life: Life) -> None:
    sold(life)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily", adjusts=True))
    life.bill(DUE)
    life.day(date(2026, 12, 12), priced("62.00"))
    life.bill(NEXT)
    assert life.charged() == reais("31.00", "20.00")
    assert days(life) == 31
    assert unchanged(life, NEXT)


def test_what_is_sold_after_the_list_from_a_day_before_is_charged_by_its_days(life: Life) -> None:
    client_plan = sold(life)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily", adjusts=True))
    life.bill(DUE)
    life.isp.sell(client_plan, life.isp.package("62.00"), added_on=date(2026, 12, 22))
    life.day(date(2026, 12, 24))
    life.bill(NEXT)
    assert life.charged() == reais("31.00", "20.00")
    assert unchanged(life, NEXT)


def test_a_package_that_is_sold_again_from_a_day_before_is_charged_by_its_days(life: Life) -> None:
    client_plan = sold(life)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily", adjusts=True))
    life.day(date(2026, 12, 1), cancelled(17))
    life.bill(DUE)
    life.isp.sell(client_plan, 1, "62.00", added_on=date(2026, 12, 22))
    life.day(date(2026, 12, 24))
    life.bill(NEXT)
    assert life.charged() == reais("16.00", "20.00")
    assert days(life) == 26
    assert life.charged(JANUARY) == reais("62.00")


@pytest.mark.parametrize("adjusts", [True, False])
def test_no_day_is_charged_twice_of_a_package_whose_price_rose_before_it_is_sold_again(
    life: Life, *, adjusts: bool
) -> None:
    client_plan = sold(life)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily", adjusts=adjusts))
    life.bill(DUE)
    life.day(date(2026, 12, 12), priced("62.00"))
    life.isp.run(cancelled(26))
    life.isp.sell(client_plan, 1, added_on=date(2026, 12, 26))
    life.day(date(2026, 12, 26))
    life.bill(DUE)
    assert (life.charged(), days(life)) == (reais("31.00"), 31)
    life.bill(NEXT)
    assert (life.charged(), days(life)) == (reais("31.00", "20.00") if adjusts else reais("31.00"), 31)


def test_a_correction_is_not_taken_back_if_another_sale_was_charged_for_its_days(life: Life) -> None:
    client_plan = sold(life)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily"))
    life.bill(DUE)
    life.isp.run("update finance.invoice set status = 'paid'")
    correct(life, "31.00", "reverse", rebill=False)
    life.isp.run(cancelled(16))
    life.isp.sell(client_plan, 1, added_on=date(2026, 12, 16))
    life.day(date(2026, 12, 16))
    life.bill(DUE)
    assert life.charged() == reais("16.00")
    with pytest.raises(correction.CorrectionRefused):
        correct(life, "31.00", "take_back")
    assert life.charged() == reais("16.00")
    life.books_hold(DUE)


def test_a_month_that_no_due_date_billed_is_open_whatever_the_policy_adjusts(life: Life) -> None:
    sold(life, due_day=20)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily", adjusts=True))
    life.isp.sell(life.isp.client_plan(due_day=10), life.isp.package("5.00"))
    life.bill(DUE)
    life.day(date(2026, 12, 12), moved(10))
    life.open_months(date(2026, 12, 31))
    life.bill(NEXT)
    assert life.charged() == reais("5.00")
    assert (DECEMBER, "open_month") in life.exclusions(NEXT)


def test_a_month_whose_list_nobody_saved_is_open_whatever_the_policy_adjusts(life: Life) -> None:
    sold(life)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily", adjusts=True))
    assert isinstance(tv.save(life.isp.engine, DUE, SETTINGS, approval="always"), ApprovalRequest)
    life.open_months(date(2026, 12, 31))
    life.bill(NEXT)
    assert (life.charged(), life.charged(JANUARY)) == ([], reais("31.00"))
    assert life.exclusions(NEXT) == [(DECEMBER, "open_month")]


def test_what_was_credited_is_charged_again_when_it_is_owed_after_all(life: Life) -> None:
    sold(life)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily", adjusts=True))
    life.bill(DUE)
    life.day(date(2026, 12, 15), cancelled(17))
    life.bill(DUE)
    life.day(date(2026, 12, 20), TAKEN_OUT)
    life.bill(NEXT)
    assert life.charged() == reais("31.00", "15.00")
    assert days(life) == 31
    assert life.excess(DUE) == life.excess(NEXT) == []
    assert unchanged(life, NEXT)


def test_a_difference_that_is_not_owed_any_more_is_credited(billed: Life) -> None:
    billed.bill(NEXT)
    billed.day(date(2027, 1, 12), cancelled(17))
    billed.isp.sell(1, 1, added_on=date(2027, 1, 1))
    billed.day(date(2027, 1, 12))
    for _ in range(2):
        billed.bill(AFTER)
    rows = billed.isp.run("select amount from billing.event where kind = 'reversal'")
    assert [row.amount for row in rows] == reais("-15.00")
    assert billed.excess(DUE) == billed.excess(NEXT) == []


def test_a_difference_of_a_difference_is_charged_with_the_due_date_after(billed: Life) -> None:
    billed.bill(NEXT)
    billed.isp.run("update tv.client_package set added_on = '2026-06-01'")
    billed.isp.run("insert into tv.promotion values (default, 1, 62.00, '2026-12-30', '2027-01-01')")
    billed.day(date(2027, 1, 15))
    billed.bill(AFTER)
    assert billed.charged() == reais("16.00", "15.00", "2.00")
    assert days(billed) == 31


def test_a_difference_that_vanishes_before_settlement_is_voided(billed: Life) -> None:
    tv.save(billed.isp.engine, NEXT, SETTINGS)
    assert billed.charged() == reais("16.00", "15.00")
    billed.day(date(2027, 1, 5), cancelled(17))
    bill_plans(billed.isp.engine, NEXT)
    tv.settle(billed.isp.engine, NEXT, SETTINGS)
    assert billed.charged() == reais("16.00")
    billed.books_hold(NEXT)


def test_a_difference_is_repriced_until_it_is_settled(billed: Life) -> None:
    tv.save(billed.isp.engine, NEXT, SETTINGS)
    billed.day(date(2027, 1, 5), cancelled(27))
    billed.bill(NEXT)
    assert billed.charged() == reais("16.00", "10.00")


def test_a_month_that_a_person_waived_is_not_charged_by_a_difference(billed: Life) -> None:
    correct(billed, "16.00", "reverse")
    billed.bill(NEXT)
    assert billed.charged() == []


@pytest.mark.parametrize("rebill", [False, True])
def test_a_difference_that_a_person_reversed_is_charged_again_only_if_it_may_be(billed: Life, *, rebill: bool) -> None:
    billed.bill(NEXT)
    correct(billed, "15.00", "reverse", rebill=rebill)
    billed.bill(NEXT)
    billed.bill(AFTER)
    assert billed.charged() == reais(*(["16.00", "15.00"] if rebill else ["16.00"]))


def test_the_correction_of_a_difference_is_taken_back(billed: Life) -> None:
    billed.bill(NEXT)
    correct(billed, "15.00", "reverse")
    correct(billed, "15.00", "take_back")
    billed.bill(NEXT)
    assert sorted(billed.charged()) == reais("15.00", "16.00")


def test_a_charge_is_corrected_and_that_taken_back_before_its_difference_is_charged_again(billed: Life) -> None:
    billed.bill(NEXT)
    correct(billed, "15.00", "reverse", rebill=True)
    correct(billed, "16.00", "reverse")
    correct(billed, "16.00", "take_back")
    billed.bill(NEXT)
    assert sorted(billed.charged()) == reais("15.00", "16.00")


# A charge that a difference builds on


@pytest.fixture
def days_charged_late(billed: Life) -> Life:
    return billed


@pytest.fixture
def price_risen(life: Life) -> Life:
    """In full."""
    sold(life)
    set_policy(life.isp.engine, "Ana", Policy(adjusts=True))
    life.bill(DUE)
    life.day(date(2026, 12, 5), priced("40.00"))
    return life


@pytest.fixture
def whole_month_promoted(life: Life) -> Life:
    """By days, at twice the price that was charged."""
    sold(life)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily", adjusts=True))
    life.bill(DUE)
    life.isp.run("insert into tv.promotion values (default, 1, 62.00, '2026-12-01', '2027-01-01')")
    life.day(date(2026, 12, 20))
    return life


def first_charge(life: Life) -> int:
    [(event,)] = life.isp.run(
        "select min(id) from billing.event where kind = 'charge' and reference_month = :month", month=DECEMBER
    )
    return int(event)


@pytest.mark.parametrize("before", ["days_charged_late", "price_risen", "whole_month_promoted"])
@pytest.mark.parametrize("rebill", [False, True])
@pytest.mark.parametrize("settled", [False, True])
def test_a_charge_is_not_reversed_while_a_difference_of_it_is_live(
    request: pytest.FixtureRequest, before: str, *, rebill: bool, settled: bool
) -> None:
    life: Life = request.getfixturevalue(before)
    if settled:
        life.bill(NEXT)
    else:
        tv.save(life.isp.engine, NEXT, SETTINGS)
    [_, (difference,)] = life.isp.run(
        "select id from billing.event where live and reference_month = :month order by id", month=DECEMBER
    )
    charge, tables = first_charge(life), life.isp.tables()
    said = f"já foi cobrado pelo evento {event_code(difference)}: estorne ou cancele esse evento"
    with pytest.raises(correction.CorrectionRefused, match=said):
        correction.correct(life.isp.engine, charge, "reverse", reason="engano", author="Ana", rebill=rebill)
    with pytest.raises(correction.CorrectionRefused, match=said):
        correction.question(life.isp.engine, charge, "reverse", reason="engano", rebill=rebill)
    assert life.isp.tables() == tables


@pytest.mark.parametrize(
    ("before", "owed"), [("days_charged_late", "31.00"), ("price_risen", "40.00"), ("whole_month_promoted", "62.00")]
)
def test_a_month_whose_difference_and_charge_were_reversed_is_charged_again_as_it_is_owed(
    request: pytest.FixtureRequest, before: str, owed: str
) -> None:
    life: Life = request.getfixturevalue(before)
    life.bill(NEXT)
    for event in (life.isp.run("select max(id) from billing.event where reference_month = :m", m=DECEMBER)[0][0],
                  first_charge(life)):  # fmt: skip
        correction.correct(life.isp.engine, event, "reverse", reason="engano", author="Ana", rebill=True)
    for due in (DUE, NEXT, AFTER):
        life.bill(due)
    assert life.charged() == reais(owed)
    assert life.open_months(date(2027, 2, 20)) == []


def test_a_reversed_charge_may_not_be_charged_again_while_a_difference_of_another_sale_is_live(life: Life) -> None:
    client_plan = sold(life)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily", adjusts=True))
    life.day(date(2026, 12, 1), cancelled(17))
    life.bill(DUE)
    correct(life, "16.00", "reverse")
    life.isp.sell(client_plan, 1, added_on=date(2026, 12, 20))
    life.day(date(2026, 12, 24))
    life.bill(NEXT)
    life.isp.run("insert into tv.promotion values (default, 2, 62.00, '2026-12-20', '2027-01-01')")
    life.day(date(2027, 1, 12))
    life.bill(AFTER)
    assert life.charged() == reais("12.00", "12.00")
    with pytest.raises(correction.CorrectionRefused, match="estorne ou cancele esse evento"):
        correct(life, "16.00", "reverse", rebill=True)


@pytest.mark.parametrize(("by_the_due_date", "left"), [("20.00", "20.00"), ("35.00", "35.00")])
def test_what_is_credited_of_a_charge_and_of_its_difference_leaves_what_is_owed(
    price_risen: Life, by_the_due_date: str, left: str
) -> None:
    price_risen.day(date(2026, 12, 15), priced("50.00"))
    price_risen.bill(NEXT)
    assert price_risen.charged() == reais("31.00", "9.00")
    # What the history says of the due date is corrected.
    price_risen.isp.run("alter table history.package disable trigger user")
    price_risen.isp.run(f"update history.package set price = {by_the_due_date} where price = 40")  # noqa: S608
    for due in (DUE, NEXT, AFTER):
        for _ in range(2):
            price_risen.bill(due)
    assert net(price_risen) == Decimal(left)


# In full, by several due dates


def net(life: Life) -> Decimal:
    """What was charged for the first package, less what was given back."""
    [(amount,)] = life.isp.run(
        "select sum(amount) from billing.event where status <> 'cancelled' and client_plan_id = 1 and package_id = 1 "
        "and reference_month = :month",
        month=DECEMBER,
    )
    return Decimal(amount)


LATER = date(2026, 12, 20)


@pytest.mark.parametrize("other", ["package", "client"])
def test_a_month_that_two_due_dates_could_judge_is_judged_by_the_one_that_charged_it(life: Life, other: str) -> None:
    client_plan = sold(life)
    set_policy(life.isp.engine, "Ana", Policy(adjusts=True))
    package = life.isp.package("5.00")
    if other == "client":
        life.isp.sell(life.isp.client_plan(due_day=20), package)
    life.bill(DUE)
    life.day(date(2026, 12, 12), moved(20))
    life.day(date(2026, 12, 15), f"{priced('40.00')} and id = 1")
    if other == "package":
        life.isp.sell(client_plan, package, added_on=date(2026, 12, 15))
        life.day(date(2026, 12, 15))
    life.bill(LATER)
    assert life.charged() == reais("31.00", "5.00")
    assert life.open_months(date(2026, 12, 31)) == []
    for due in (date(2027, 1, 20), date(2027, 2, 20)):
        life.bill(due)
    assert life.charged() == reais("31.00", "5.00")
    assert [life.excess(due) for due in (DUE, LATER, date(2027, 1, 20))] == [[], [], []]


def test_a_month_that_was_credited_is_judged_by_the_due_date_that_charged_it(life: Life) -> None:
    client_plan = sold(life, "40.00")
    set_policy(life.isp.engine, "Ana", Policy(adjusts=True))
    life.bill(DUE)
    life.day(date(2026, 12, 5), priced("31.00"))
    life.day(date(2026, 12, 12), moved(20))
    life.day(date(2026, 12, 15), priced("40.00"))
    life.bill(DUE)
    life.isp.sell(client_plan, life.isp.package("5.00"), added_on=date(2026, 12, 15))
    life.day(date(2026, 12, 16))
    for due in (LATER, date(2027, 1, 20), date(2027, 2, 20)):
        life.bill(due)
    assert net(life) == Decimal("31.00")


@pytest.mark.parametrize("price", ["20.00", "40.00"])
def test_in_full_a_client_plan_that_moved_before_its_due_date_is_judged_on_its_billing_day(
    life: Life, price: str
) -> None:
    sold(life)
    set_policy(life.isp.engine, "Ana", Policy(adjusts=True))
    life.bill(DUE)
    life.day(date(2026, 12, 5), moved(20))
    life.day(date(2026, 12, 15), priced(price))
    life.bill(LATER)
    life.open_months(date(2026, 12, 31))
    for due in (date(2027, 1, 20), DUE):
        life.bill(due)
    assert net(life) == Decimal(price)
    assert life.open_months(date(2027, 1, 31)) == []
    assert [life.excess(due) for due in (DUE, LATER, date(2027, 1, 20))] == [[], [], []]


def test_a_difference_in_full_that_is_not_owed_is_named_and_credited(price_risen: Life) -> None:
    price_risen.bill(NEXT)
    assert price_risen.charged() == reais("31.00", "9.00")
    price_risen.isp.run("update tv.client_package set cancelled_on = '2026-12-05'")
    price_risen.day(date(2027, 1, 12))
    assert price_risen.excess(DUE) == [("package_cancelled", Decimal("31.00"))]
    # With January's 40.
    assert price_risen.excess(NEXT) == [("package_cancelled", Decimal("49.00"))]
    for due in (DUE, NEXT):
        for _ in range(2):
            price_risen.bill(due)
    assert net(price_risen) == 0


@pytest.mark.parametrize("timing", ["advance", "arrears"])
def test_a_difference_in_arrears_is_charged_a_due_date_later(life: Life, timing: Any) -> None:
    sold(life)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily", timing=timing, adjusts=True))
    life.day(date(2026, 12, 1), cancelled(17))
    life.bill(DUE)
    life.bill(NEXT)
    assert life.charged() == reais("16.00")
    life.day(date(2027, 1, 20), TAKEN_OUT)
    life.bill(AFTER)
    assert life.charged() == reais("16.00", "15.00")
    assert unchanged(life, AFTER)
    life.bill(date(2027, 3, 10))
    assert life.charged() == reais("16.00", "15.00")


def test_in_full_a_price_that_rose_by_the_billing_day_is_charged_once(life: Life) -> None:
    sold(life)
    set_policy(life.isp.engine, "Ana", Policy(adjusts=True))
    life.bill(DUE)
    life.day(date(2026, 12, 5), priced("40.00"))
    life.day(date(2026, 12, 15), priced("50.00"))
    life.bill(NEXT)
    assert life.charged() == reais("31.00", "9.00")
    assert life.charged(JANUARY) == reais("50.00")
    assert unchanged(life, NEXT)
    assert life.excess(DUE) == life.excess(NEXT) == []
    life.bill(AFTER)
    assert life.charged() == reais("31.00", "9.00")


@pytest.mark.parametrize(
    "change",
    [priced("50.00"), "update erp.client_plan set due_day = 20", "update erp.client_plan set status = 'suspended'"],
)
def test_in_full_nothing_after_the_billing_day_makes_a_difference(life: Life, change: str) -> None:
    sold(life)
    set_policy(life.isp.engine, "Ana", Policy(adjusts=True))
    life.bill(DUE)
    life.day(date(2026, 12, 15), change)
    life.day(date(2026, 12, 18), priced("60.00"))
    assert life.open_months(date(2026, 12, 31)) == []
    life.bill(NEXT)
    assert life.charged() == reais("31.00")


def test_a_difference_follows_the_client_plan_to_its_new_due_day(billed: Life) -> None:
    billed.day(date(2026, 12, 22), moved(25))
    billed.open_months(date(2026, 12, 31))
    billed.bill(NEXT)
    assert billed.charged() == reais("16.00")
    billed.bill(date(2027, 1, 25))
    assert billed.charged() == reais("16.00", "15.00")


def test_a_pending_difference_is_not_charged_by_a_second_due_date(billed: Life) -> None:
    tv.save(billed.isp.engine, NEXT, SETTINGS)
    billed.day(date(2027, 1, 5), moved(25))
    billed.open_months(date(2027, 1, 6))
    tv.save(billed.isp.engine, date(2027, 1, 25), SETTINGS)
    assert billed.charged() == reais("16.00", "15.00")
    billed.bill(NEXT)
    billed.open_months(date(2027, 1, 12))
    billed.bill(date(2027, 1, 25))
    assert billed.charged() == reais("16.00", "15.00")


def test_a_month_beyond_the_look_back_is_left_as_it_is(billed: Life) -> None:
    due = date(2027, 4, 10)
    billed.open_months(date(2027, 4, 1))
    billed.bill(due)
    assert billed.charged() == reais("16.00")


def test_nothing_before_the_go_live_month_makes_a_difference(billed: Life) -> None:
    settings = SETTINGS.model_copy(update={"go_live_month": JANUARY})
    tv.save(billed.isp.engine, NEXT, settings)
    assert billed.charged() == reais("16.00")
    assert billed.charged(NOVEMBER) == []


# What is too much on several due dates


@pytest.mark.parametrize(
    ("first", "second", "excess"),
    [
        # The first sale ends earlier, the second one, 12 days of it: 16 and 12 were charged.
        (17, None, ["0", "0"]),
        (17, 25, ["0", "7.00"]),
        (10, 25, ["2.00", "12.00"]),
        (16, None, ["0", "1.00"]),
        (1, 20, ["16.00", "12.00"]),
    ],
)
@pytest.mark.parametrize("adjusts", [False, True])
def test_what_two_due_dates_charged_too_much_is_named_once(
    life: Life, first: int, second: int | None, excess: list[str], *, adjusts: bool
) -> None:
    client_plan = sold(life)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily", adjusts=adjusts))
    life.day(date(2026, 12, 1), cancelled(17))
    life.bill(DUE)
    life.day(date(2026, 12, 15), moved(20))
    life.isp.sell(client_plan, 1, added_on=date(2026, 12, 20))
    life.day(date(2026, 12, 16))
    later = date(2026, 12, 20)
    life.bill(later)
    assert life.charged() == reais("16.00", "12.00")
    life.isp.run(f"{cancelled(first)} where id = 1")
    if second is not None:
        life.isp.run(f"{cancelled(second)} where id = 2")
    life.day(date(2026, 12, 27))
    found = [sum(amount for _, amount in life.excess(due)) for due in (DUE, later)]
    assert found == reais(*excess)
    for due in (later, NEXT):
        life.bill(due)
        life.bill(due)
    given_back = life.isp.run("select coalesce(-sum(amount), 0) from billing.event where kind = 'reversal'")
    assert given_back == [(sum(found) if adjusts else 0,)]


@pytest.mark.parametrize(
    ("rebill", "excess", "left"), [(False, [("charged_more", Decimal("7.00"))], "5.00"), (True, [], "21.00")]
)
def test_a_sale_that_a_person_took_back_hides_nothing_that_another_was_charged_too_much(
    life: Life, *, rebill: bool, excess: list[tuple[str, Decimal]], left: str
) -> None:
    client_plan = sold(life)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily", adjusts=True))
    life.day(date(2026, 12, 1), cancelled(17))
    life.bill(DUE)
    life.day(date(2026, 12, 15), moved(20))
    life.isp.sell(client_plan, 1, added_on=date(2026, 12, 20))
    life.day(date(2026, 12, 16))
    life.bill(LATER)
    assert life.charged() == reais("16.00", "12.00")
    correct(life, "16.00", "reverse", rebill=rebill)
    life.isp.run(f"{cancelled(25)} where id = 2")
    life.day(date(2026, 12, 27))
    assert life.excess(LATER) == excess
    for _ in range(2):
        life.bill(LATER)
    assert net(life) == Decimal(left)
    if not rebill:
        # What was given back meanwhile is not undone by the second thought.
        correct(life, "16.00", "take_back")
        assert life.excess(LATER) == life.excess(DUE) == []
        life.bill(LATER)
        assert net(life) == Decimal("21.00")


@pytest.mark.parametrize("timing", ["advance", "arrears"])
def test_a_part_of_a_sale_that_a_person_took_back_is_no_reason_to_give_back_the_rest(life: Life, timing: Any) -> None:
    sold(life)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily", timing=timing, adjusts=True))
    life.isp.run("insert into tv.promotion values (default, 1, 62.00, '2026-12-11', '2027-01-01')")
    life.day(date(2026, 12, 1))
    due = DUE if timing == "advance" else NEXT
    life.bill(due)
    assert life.charged() == reais("10.00", "42.00")
    correct(life, "42.00", "reverse")
    assert life.excess(due) == []
    life.bill(due)
    assert net(life) == Decimal("10.00")


# Where people see it


def test_the_reports_name_what_was_charged_too_little(billed: Life, caplog: pytest.LogCaptureFixture) -> None:
    report = tv_report(billed.isp.engine, DUE)
    assert "Pacotes que hoje devem mais do que este vencimento cobrou: 1 (R$ 15,00)." in report
    caplog.set_level("INFO")
    compare(billed.isp.engine, SETTINGS, date(2026, 12, 31), [DUE])
    assert "| 12/2026 | 1 | 1 | 0 | R$ 15,00 | 1 | R$ 15,00 |" in unpadded(caplog.text)
    billed.bill(NEXT)
    assert "devem mais" not in tv_report(billed.isp.engine, DUE)


# Three months back


SEPTEMBER = date(2026, 9, 1)
SEPTEMBER_DUE = date(2026, 9, 10)


def test_a_month_that_is_charged_again_three_months_later_is_found(life: Life) -> None:
    sold(life)
    for due in (SEPTEMBER_DUE, DUE):
        life.bill(due)
    life.isp.run("alter table billing.event_record disable trigger user")
    life.isp.run(
        "insert into billing.event_record (id, run_id, client_plan_id, service_plan_id, client_package_id, package_id, "
        "due_date, reference_month, kind, amount, price, price_source) "
        "select 2026121000000099, (select id from billing.run where kind = 'tv' and due_date = :due), client_plan_id, "
        "service_plan_id, client_package_id, package_id, :due, reference_month, kind, amount, price, price_source "
        "from billing.event_record where due_date = :charged",
        due=DUE,
        charged=SEPTEMBER_DUE,
    )
    for due in (SEPTEMBER_DUE, DUE):
        with pytest.raises(books.CheckFailed, match="package 1 of client plan 1 has 2 live charges in 2026-09"):
            books.check(life.isp.engine, ("one_live_charge",), due)
    life.isp.run("delete from billing.event_record where id = 2026121000000099")


def test_a_correction_of_three_months_later_is_not_taken_back_if_the_month_was_charged_again(life: Life) -> None:
    client_plan = life.isp.client_plan()
    life.isp.sell(client_plan, life.isp.package("31.00"), added_on=date(2026, 9, 15))
    set_policy(life.isp.engine, "Ana", Policy(bills_open_months=True, valid_from=SEPTEMBER))
    for month in (9, 10, 11):
        life.bill(date(2026, month, 10))
    life.day(date(2026, 11, 20), "update tv.client_package set added_on = '2026-09-01'")
    find_open_months(life.isp.engine, SETTINGS.model_copy(update={"billing_look_back_months": 3}), date(2026, 12, 8))
    life.bill(DUE)
    [(event,)] = life.isp.run(
        "select id from billing.event where due_date = :due and reference_month = :month", due=DUE, month=SEPTEMBER
    )
    named: dict[str, Any] = {"reason": "engano", "author": "Ana"}
    correction.correct(life.isp.engine, event, "reverse", rebill=True, **named)
    life.bill(SEPTEMBER_DUE)
    assert life.charged(SEPTEMBER) == reais("31.00")
    with pytest.raises(correction.CorrectionRefused, match="já foi cobrado de novo"):
        correction.correct(life.isp.engine, event, "take_back", **named)
