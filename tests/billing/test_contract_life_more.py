"""More of a contract's life: corrections of one segment of several, bad rows, what moves between save and settle."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from multitv.billing import tv
from multitv.billing.open_months import OpenMonths
from multitv.billing.standard import bill_plans
from multitv.offer.billing_policy import Policy, set_policy
from tests.support.life import DECEMBER, FEBRUARY, JANUARY, Life, correct, moved, sold, unchanged
from tests.support.settings import SETTINGS

DUE = date(2026, 12, 30)
FIRST, SECOND = Decimal("10.00"), Decimal("42.00")


def sold_in_segments(life: Life) -> None:
    """Sell for 31.00, from the 11th on for 62.00: 10 days of 1.00 and 21 days of 2.00."""
    sold(life, due_day=30)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily"))
    life.day(date(2026, 12, 11), "update tv.package set price = 62.00 where extra")


# One segment of several


@pytest.mark.parametrize("rebill", [False, True])
def test_every_segment_of_a_month_can_be_reversed(life: Life, *, rebill: bool) -> None:
    sold_in_segments(life)
    life.bill(DUE)
    for amount in (FIRST, SECOND):
        correct(life, amount, "reverse", rebill=rebill)
        life.books_hold(DUE)
    life.bill(DUE)
    assert life.charged() == ([FIRST, SECOND] if rebill else [])
    assert unchanged(life, DUE)


@pytest.mark.parametrize(("wrong", "other"), [(FIRST, SECOND), (SECOND, FIRST)])
@pytest.mark.parametrize("rebill", [False, True])
def test_a_reversed_segment_is_charged_again_only_if_it_may_be(
    life: Life, wrong: Decimal, other: Decimal, *, rebill: bool
) -> None:
    sold_in_segments(life)
    life.bill(DUE)
    correct(life, wrong, "reverse", rebill=rebill)
    life.bill(DUE)
    assert life.charged() == ([other, wrong] if rebill else [other])
    assert unchanged(life, DUE)


@pytest.mark.parametrize(("wrong", "other"), [(FIRST, SECOND), (SECOND, FIRST)])
@pytest.mark.parametrize("saved_again", [False, True])
def test_a_voided_segment_leaves_the_others_to_be_settled(
    life: Life, wrong: Decimal, other: Decimal, *, saved_again: bool
) -> None:
    sold_in_segments(life)
    tv.save(life.isp.engine, DUE, SETTINGS)
    correct(life, wrong, "void")
    if saved_again:
        tv.save(life.isp.engine, DUE, SETTINGS)
    bill_plans(life.isp.engine, DUE)
    tv.settle(life.isp.engine, DUE, SETTINGS)
    assert life.charged() == [other]
    life.books_hold(DUE)


@pytest.mark.parametrize("wrong", [FIRST, SECOND])
@pytest.mark.parametrize("given_back", [False, True])
def test_the_correction_of_a_segment_is_taken_back(life: Life, wrong: Decimal, *, given_back: bool) -> None:
    sold_in_segments(life)
    life.bill(DUE)
    if not given_back:
        life.isp.run("update finance.invoice set status = 'paid'")
    correct(life, wrong, "reverse")
    correct(life, wrong, "take_back")
    life.bill(DUE)
    assert sorted(life.charged()) == [FIRST, SECOND]


def test_a_correction_taken_back_leaves_those_of_other_months(life: Life) -> None:
    sold(life)
    set_policy(life.isp.engine, "Ana", Policy(timing="arrears"))
    life.bill(date(2026, 12, 10))
    set_policy(life.isp.engine, "Ana", Policy(valid_from=JANUARY))
    due = date(2027, 1, 10)
    tv.save(life.isp.engine, due, SETTINGS)
    price = Decimal("31.00")
    for month in (DECEMBER, JANUARY):
        correct(life, price, "void", month=month)
    correct(life, price, "take_back", month=JANUARY)
    assert life.exclusions(due) == [(DECEMBER, "corrected")]
    life.bill(due)
    assert (life.charged(), life.charged(JANUARY)) == ([], [price])


# Between save and settle


def test_what_was_saved_in_two_segments_is_settled_whole_when_the_price_is_put_back(life: Life) -> None:
    sold_in_segments(life)
    tv.save(life.isp.engine, DUE, SETTINGS)
    life.day(date(2026, 12, 11), "update tv.package set price = 31.00 where extra")
    bill_plans(life.isp.engine, DUE)
    tv.settle(life.isp.engine, DUE, SETTINGS)
    assert life.charged() == [FIRST, SECOND]
    assert life.excess(DUE) == [("charged_more", Decimal("21.00"))]


def test_a_price_that_rises_after_settlement_leaves_the_month_open(life: Life) -> None:
    sold_in_segments(life)
    life.bill(DUE)
    life.day(date(2026, 12, 31), "update tv.package set price = 93.00 where extra")
    assert life.charged() == [FIRST, SECOND]
    left = Decimal("1.00")
    assert life.open_months(date(2026, 12, 31)) == [OpenMonths(DECEMBER, 1, 1, 0, left, in_part=1, left_of_parts=left)]


def test_a_due_day_that_moves_before_the_date_that_was_settled_is_no_excess(life: Life) -> None:
    sold(life)
    due = date(2026, 12, 10)
    life.bill(due)
    life.day(date(2026, 12, 8), moved(20))
    assert life.excess(due) == []
    life.bill(date(2026, 12, 20))
    assert life.charged() == [Decimal("31.00")]


# One bad row, and the calendar


@pytest.mark.parametrize("where", ["package", "sale", "promotion"])
@pytest.mark.parametrize("proration", ["full", "daily"])
def test_a_price_that_is_no_number_stops_only_its_own_package(life: Life, where: str, proration: Any) -> None:
    sold(life)
    set_policy(life.isp.engine, "Ana", Policy(proration=proration))
    package = life.isp.package("NaN" if where == "package" else "5.00")
    sale = life.isp.sell(life.isp.client_plan(), package, "NaN" if where == "sale" else None)
    if where == "promotion":
        life.isp.run(
            "insert into tv.promotion (client_package_id, price, since, until) "
            "values (:sale, 'NaN', '2026-12-01', '2027-01-01')",
            sale=sale,
        )
    due = date(2026, 12, 10)
    life.bill(due)
    assert life.charged() == [Decimal("31.00")]
    assert life.exclusions(due) == [(DECEMBER, "no_price")]


def test_segments_are_listed_once_when_the_service_plan_changes_between_them(life: Life) -> None:
    sold_in_segments(life)
    life.isp.run("update tv.service_plan_setting set allows_tv = true, package_id = 9000 where service_plan_id = 2")
    life.day(date(2026, 12, 11), "update erp.client_plan set service_plan_id = 2")
    life.bill(DUE)
    assert life.charged() == [FIRST, SECOND]
    assert life.isp.run("select distinct service_plan_id from billing.event") == [(2,)]


def test_a_short_month_is_charged_by_its_own_days(life: Life) -> None:
    sold(life, "28.00", due_day=31)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily"))
    life.day(date(2027, 2, 11), "update tv.package set price = 56.00 where extra")
    life.bill(date(2027, 2, 28))
    life.day(date(2027, 2, 28), moved(1))
    life.bill(date(2027, 3, 1))
    assert life.charged(FEBRUARY) == [Decimal("10.00"), Decimal("36.00")]
    assert life.charged(date(2027, 3, 1)) == [Decimal("56.00")]
