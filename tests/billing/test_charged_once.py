"""No month of a package is charged twice, whatever is pending, reversed or taken back; and nothing fails for ever."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

import pytest

from multitv.billing import correction, tv
from multitv.billing.standard import bill_plans
from multitv.offer.billing_policy import Policy, set_policy
from tests.support.life import (
    DECEMBER,
    JANUARY,
    PAID,
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
from tests.support.settings import SETTINGS

DUE, LATER, NEXT, AFTER = date(2026, 12, 10), date(2026, 12, 20), date(2027, 1, 10), date(2027, 2, 10)


def daily(life: Life, *, adjusts: bool = False) -> None:
    set_policy(life.isp.engine, "Ana", Policy(proration="daily", adjusts=adjusts))


def promotion(price: str, since: date = date(2026, 12, 1)) -> str:
    return f"insert into tv.promotion values (default, 1, {price}, '{since}', '2027-01-01')"  # noqa: S608


def difference(life: Life) -> int:
    return int(life.isp.run("select max(id) from billing.event where segment = 0")[0][0])


def decide(life: Life, event: int, action: correction.Action, *, reason: str, rebill: bool = False) -> None:
    correction.correct(life.isp.engine, event, action, reason=reason, author="Ana", rebill=rebill)


def two_segments(life: Life, *, adjusts: bool = False) -> None:
    """A package for 62.00, from the 11th for 31.00, charged by days on paid invoices: 20.00 and 21.00."""
    sold(life, "62.00")
    daily(life, adjusts=adjusts)
    life.isp.run(promotion("31.00", date(2026, 12, 11)))
    life.day(date(2026, 12, 1))
    life.bill(DUE)
    life.isp.run(PAID)
    assert life.charged() == reais("20.00", "21.00")


def test_a_reason_not_to_charge_a_segment_again_is_no_exclusion_beside_a_charge(life: Life) -> None:
    sold(life, "62.00")
    daily(life)
    life.day(date(2026, 12, 11), priced("31.00"))
    life.bill(DUE)
    life.isp.run(PAID)
    correct(life, "20.00", "reverse", rebill=True)
    life.day(date(2026, 12, 11), cancelled(1))
    set_policy(life.isp.engine, "Ana", Policy(proration="full"))
    life.bill(DUE)
    assert (life.charged(), life.exclusions(DUE)) == (reais("21.00"), [(DECEMBER, "corrected")])


@pytest.mark.parametrize("due_date", [DUE, LATER])
def test_a_pending_difference_gives_way_to_a_due_date_of_its_month_that_charges_more(
    life: Life, due_date: date
) -> None:
    client_plan = sold(life)
    daily(life, adjusts=True)
    life.day(date(2026, 12, 1), cancelled(17))
    life.bill(DUE)
    life.day(date(2026, 12, 12), moved(due_date.day))
    life.isp.sell(client_plan, 1, "62.00", added_on=date(2026, 12, 22))
    life.day(date(2026, 12, 24), moved(NEXT.day))
    life.save(NEXT)
    assert life.charged() == reais("16.00", "20.00")
    life.bill(due_date)
    assert (life.charged(), days(life)) == (reais("16.00", "20.00"), 26)
    assert (DECEMBER, "already_billed") in life.exclusions(NEXT)
    life.bill(NEXT)
    assert life.exclusions(NEXT) == [(JANUARY, "package_cancelled")]
    assert unchanged(life, NEXT)
    assert (life.charged(), life.charged(JANUARY)) == (reais("16.00", "20.00"), reais("62.00"))


def test_a_pending_charge_of_another_due_date_gives_way_to_a_sale_that_has_its_days(life: Life) -> None:
    client_plan = sold(life)
    daily(life)
    life.save(DUE)
    life.day(date(2026, 12, 4), moved(20))
    life.isp.run(cancelled(1))
    life.isp.sell(client_plan, 1, "62.00", added_on=date(2026, 12, 1))
    life.day(date(2026, 12, 4))
    life.bill(LATER)
    assert (life.charged(), days(life)) == (reais("62.00"), 31)
    assert life.exclusions(DUE) == [(DECEMBER, "not_due")]
    life.bill(DUE)
    assert life.charged() == reais("62.00")


def test_no_exclusion_of_another_month_vanishes_with_a_correction(life: Life) -> None:
    sold(life, due_day=20)
    daily(life)
    life.save(LATER)
    correct(life, "31.00", "void", rebill=True)
    life.day(date(2026, 12, 12), moved(10))
    life.open_months(date(2026, 12, 31))
    for _ in range(2):
        life.bill(NEXT)
        assert life.exclusions(NEXT) == [(DECEMBER, "open_month")]


def test_no_exclusion_vanishes_beside_a_difference_of_the_month_before(life: Life) -> None:
    sold(life)
    daily(life, adjusts=True)
    life.day(date(2026, 12, 1), cancelled(17))
    life.bill(DUE)
    correct(life, "16.00", "reverse", rebill=True)
    life.bill(DUE)
    life.day(date(2026, 12, 20), cancelled(22))
    for _ in range(2):
        life.bill(NEXT)
        assert life.exclusions(NEXT) == [(JANUARY, "package_cancelled")]


def test_differences_that_give_way_do_not_count_against_the_limit_of_voids(life: Life) -> None:
    client_plan = sold(life)
    daily(life, adjusts=True)
    life.day(date(2026, 12, 1), cancelled(17))
    life.bill(DUE)
    life.isp.sell(client_plan, 1, "62.00", added_on=date(2026, 12, 22))
    life.day(date(2026, 12, 24))
    life.save(NEXT)
    none = SETTINGS.model_copy(update={"billing_max_voids": 0, "billing_max_void_share": 0.0})
    tv.save(life.isp.engine, DUE, none)
    assert life.charged() == reais("16.00", "20.00")


def test_a_segment_that_is_not_charged_again_stays_named_as_corrected_until_it_is(life: Life) -> None:
    two_segments(life)
    correct(life, "20.00", "reverse", rebill=True)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily", minimum_amount=Decimal("80.00")))
    for due_date in (DUE, NEXT, DUE):
        life.bill(due_date)
    assert (life.charged(), life.exclusions(DUE)) == (reais("21.00"), [(DECEMBER, "corrected")])
    daily(life)
    life.bill(DUE)
    assert (life.charged(), life.exclusions(DUE)) == (reais("21.00", "20.00"), [])


def test_a_segment_is_charged_again_by_the_next_due_date_of_its_month_beside_one_that_was(life: Life) -> None:
    two_segments(life)
    correct(life, "21.00", "reverse", rebill=True)
    life.day(date(2026, 12, 12), moved(20))
    life.bill(LATER)
    assert (life.charged(), life.exclusions(LATER)) == (reais("20.00", "21.00"), [])
    assert unchanged(life, LATER)


@pytest.mark.parametrize("proration", ["full", "daily"])
def test_a_difference_is_charged_once_whichever_sale_names_it(life: Life, proration: Literal["full", "daily"]) -> None:
    client_plan = sold(life)
    daily(life, adjusts=True)
    life.bill(DUE)
    life.isp.run(promotion("62.00"))
    life.day(date(2026, 12, 20))
    life.bill(NEXT)
    assert life.charged() == reais("31.00", "31.00")
    life.isp.run(cancelled(26))
    life.isp.sell(client_plan, 1, "62.00", added_on=date(2026, 12, 26))
    life.day(date(2027, 1, 12))
    set_policy(life.isp.engine, "Ana", Policy(proration=proration, adjusts=True))
    life.bill(NEXT)
    assert life.charged() == reais("31.00", "31.00")


def test_a_difference_of_days_is_charged_once_whichever_sale_names_it(life: Life) -> None:
    client_plan = sold(life)
    daily(life, adjusts=True)
    life.day(date(2026, 12, 1), cancelled(17))
    life.bill(DUE)
    life.day(date(2026, 12, 20), TAKEN_OUT)
    life.bill(NEXT)
    life.isp.run(cancelled(26))
    life.isp.sell(client_plan, 1, added_on=date(2026, 12, 26))
    life.day(date(2027, 1, 12))
    life.bill(NEXT)
    assert (life.charged(), days(life)) == (reais("16.00", "15.00"), 31)


@pytest.mark.parametrize(
    "change",
    ["update tv.client_package set cancelled_on = '2026-12-01'", "update tv.promotion set since = '2026-12-05'"],
)
def test_a_settlement_excludes_no_month_of_which_another_segment_stays_charged(life: Life, change: str) -> None:
    two_segments(life)
    correct(life, "21.00", "reverse", rebill=True)
    life.save(DUE)
    life.day(date(2026, 12, 12), change)
    life.settle(DUE)
    life.bill(DUE)


def test_another_due_date_excludes_no_month_of_which_another_segment_stays_charged(life: Life) -> None:
    sold(life, "62.00")
    daily(life)
    life.isp.run(promotion("31.00", date(2026, 12, 11)))
    life.day(date(2026, 12, 1), cancelled(21))
    life.bill(DUE)
    correct(life, "10.00", "reverse")
    life.isp.run(PAID)
    correct(life, "10.00", "take_back")
    life.day(date(2026, 12, 12), moved(20))
    life.bill(LATER)
    life.books_hold(DUE)


@pytest.mark.parametrize("saved", [True, False])
def test_a_pending_charge_is_worked_out_anew_and_no_difference_is_made_on_top_of_it(life: Life, *, saved: bool) -> None:
    sold(life)
    daily(life, adjusts=True)
    life.day(date(2026, 12, 1), cancelled(17))
    life.save(DUE)
    life.day(date(2026, 12, 20), TAKEN_OUT)
    life.bill(NEXT)
    assert life.charged() == reais("16.00")
    if saved:
        life.bill(DUE)
    else:
        bill_plans(life.isp.engine, DUE)
        tv.settle(life.isp.engine, DUE, SETTINGS)
    life.bill(AFTER)
    assert (life.charged(), days(life)) == (reais("31.00") if saved else reais("16.00", "15.00"), 31)


@pytest.mark.parametrize("change", [TAKEN_OUT, promotion("62.00")])
def test_a_difference_is_not_taken_back_once_its_month_was_charged_for_it(life: Life, change: str) -> None:
    sold(life)
    daily(life, adjusts=True)
    life.day(date(2026, 12, 1), cancelled(17))
    life.bill(DUE)
    life.day(date(2026, 12, 20), change)
    life.bill(NEXT)
    life.isp.run(PAID)
    before = life.charged()
    event = difference(life)
    decide(life, event, "reverse", reason="a", rebill=True)
    [(first,)] = life.isp.run("select id from billing.event where segment = 1 and reference_month = '2026-12-01'")
    decide(life, first, "reverse", reason="a", rebill=True)
    life.bill(DUE)
    assert sum(life.charged()) == sum(before)
    with pytest.raises(correction.CorrectionRefused):
        decide(life, event, "take_back", reason="b")
    life.bill(NEXT)
    assert sum(life.charged()) == sum(before)


def test_a_segment_is_not_taken_back_beside_a_charge_that_has_its_days(life: Life) -> None:
    sold(life)
    daily(life)
    life.isp.run(promotion("15.50", date(2026, 12, 11)))
    life.day(date(2026, 12, 1), cancelled(17))
    life.save(DUE)
    correct(life, "3.00", "void")
    life.day(date(2026, 12, 5), "delete from tv.promotion")
    life.save(DUE)
    assert days(life) == 16
    with pytest.raises(correction.CorrectionRefused):
        correct(life, "3.00", "take_back")
    life.bill(DUE)
    assert days(life) == 16


def test_a_charge_is_not_taken_back_beside_another_sale_that_has_its_days(life: Life) -> None:
    client_plan = sold(life)
    daily(life)
    life.day(date(2026, 12, 1), cancelled(17))
    life.bill(DUE)
    life.isp.run(PAID)
    correct(life, "16.00", "reverse")
    life.isp.run(cancelled(5))
    life.isp.sell(client_plan, 1, added_on=date(2026, 12, 5), cancelled_on=date(2026, 12, 17))
    life.day(date(2026, 12, 12))
    life.bill(DUE)
    with pytest.raises(correction.CorrectionRefused):
        correct(life, "16.00", "take_back")
    assert life.charged() == reais("12.00")


@pytest.mark.parametrize("second", [NEXT, AFTER])
def test_a_difference_that_was_decided_twice_is_not_taken_back_once_it_was_charged_again(
    life: Life, second: date
) -> None:
    sold(life)
    daily(life, adjusts=True)
    life.day(date(2026, 12, 1), cancelled(17))
    life.bill(DUE)
    life.day(date(2026, 12, 20), TAKEN_OUT)
    life.bill(NEXT)
    event = difference(life)
    decide(life, event, "reverse", reason="a", rebill=True)
    life.bill(second)
    decide(life, event, "reverse", reason="b")
    with pytest.raises(correction.CorrectionRefused):
        decide(life, event, "take_back", reason="c")
    assert life.charged() == reais("16.00", "15.00")


def test_a_segment_is_not_taken_back_once_a_difference_was_charged_for_it(life: Life) -> None:
    two_segments(life, adjusts=True)
    [(event,)] = life.isp.run("select id from billing.event where amount = 20 and kind = 'charge'")
    decide(life, event, "reverse", reason="a", rebill=True)
    life.bill(NEXT)
    assert life.charged() == reais("21.00", "20.00")
    decide(life, event, "reverse", reason="b")
    with pytest.raises(correction.CorrectionRefused):
        decide(life, event, "take_back", reason="c")


def test_nothing_is_credited_for_what_is_only_pending_on_an_earlier_due_date(life: Life) -> None:
    client_plan = sold(life)
    daily(life, adjusts=True)
    life.day(date(2026, 12, 1), cancelled(17))
    life.day(date(2026, 12, 12), moved(20))
    life.bill(LATER)
    life.isp.sell(client_plan, 1, added_on=date(2026, 12, 25))
    life.day(date(2026, 12, 22))
    life.save(DUE)
    life.day(date(2026, 12, 23), "update tv.client_package set cancelled_on = '2026-12-25' where id = 2")
    life.bill(LATER)
    life.bill(DUE)
    assert life.isp.run("select amount from billing.event where live") == [(Decimal("16.00"),)]


@pytest.mark.parametrize("undone", ["charged again", "taken back"])
def test_a_segment_is_charged_again_beside_one_that_was_corrected_before(life: Life, undone: str) -> None:
    two_segments(life)
    correct(life, "20.00", "reverse", rebill=True)
    if undone == "charged again":
        life.bill(DUE)
        life.isp.run(PAID)
    else:
        correct(life, "20.00", "take_back")
    correct(life, "21.00", "reverse", rebill=True)
    life.bill(DUE)
    assert sorted(life.charged()) == reais("20.00", "21.00")
    assert (days(life), life.exclusions(DUE)) == (31, [])


def test_a_segment_that_another_due_date_charged_again_is_not_charged_again_by_its_own(life: Life) -> None:
    sold(life)
    daily(life)
    life.bill(DUE)
    life.isp.run(PAID)
    correct(life, "31.00", "reverse", rebill=True)
    life.day(date(2026, 12, 12), moved(20))
    life.bill(LATER)
    life.bill(DUE)
    assert life.charged() == reais("31.00")
    assert unchanged(life, LATER)


def test_a_month_is_excluded_of_which_the_last_segment_is_void_in_the_same_save(life: Life) -> None:
    sold(life, "62.00")
    daily(life)
    life.isp.run(promotion("31.00", date(2026, 12, 11)))
    life.day(date(2026, 12, 1))
    life.save(DUE)
    correct(life, "20.00", "void", rebill=True)
    life.day(date(2026, 12, 2), cancelled(1))
    for _ in range(2):
        life.bill(DUE)
        assert (life.charged(), life.exclusions(DUE)) == ([], [(DECEMBER, "package_cancelled")])


def test_a_charge_is_taken_back_beside_a_sale_that_was_charged_before(life: Life) -> None:
    client_plan = sold(life, added_on=date(2026, 12, 11))
    daily(life)
    life.bill(DUE)
    life.isp.sell(client_plan, 1, added_on=date(2026, 12, 1), cancelled_on=date(2026, 12, 11))
    life.day(date(2026, 12, 12))
    life.bill(DUE)
    life.isp.run(PAID)
    assert life.charged() == reais("21.00", "10.00")
    correct(life, "10.00", "reverse")
    correct(life, "10.00", "take_back")
    assert life.charged() == reais("21.00", "10.00")
    life.books_hold(DUE)


@pytest.mark.parametrize(
    ("change", "charged"),
    [(promotion("15.50", date(2026, 12, 11)), reais("21.00", "9.50")), (cancelled(1), reais("21.00"))],
)
def test_a_pending_segment_that_is_void_is_no_exclusion_beside_what_is_charged(
    life: Life, change: str, charged: list[Decimal]
) -> None:
    two_segments(life)
    life.isp.run("update finance.invoice set status = 'open'")
    correct(life, "20.00", "reverse")
    life.isp.run(PAID)
    correct(life, "20.00", "take_back")
    life.isp.run("delete from tv.promotion")
    life.day(date(2026, 12, 10), change)
    life.bill(DUE)
    assert (life.charged(), life.exclusions(DUE)) == (charged, [])
    assert unchanged(life, DUE)
