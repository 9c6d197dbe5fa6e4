"""A month that was charged in part is charged what is left of it, by the due date that bills it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pytest

from multitv.billing import correction, waivers
from multitv.billing.explanation import Explanation
from multitv.database.sql import named
from multitv.offer.billing_policy import Policy, set_policy
from tests.support.life import DECEMBER, PAID, Life, cancelled, correct, days, moved, priced, reais, sold, unchanged

DUE, LATER, NEXT, AFTER = date(2026, 12, 10), date(2026, 12, 20), date(2027, 1, 10), date(2027, 2, 10)


def promotion(price: str, since: int, until: str) -> str:
    return f"insert into tv.promotion values (default, 1, {price}, '2026-12-{since:02}', '{until}')"  # noqa: S608


def policy(life: Life, proration: Literal["full", "daily"] = "daily", **terms: Any) -> None:
    set_policy(life.isp.engine, "Ana", Policy(proration=proration, **terms))


def sell_again(life: Life, day: int, price: str | None = None) -> None:
    life.isp.sell(1, 1, price, added_on=date(2026, 12, day))


def ended_and_sold_again(
    life: Life, *, ended: int, again: int, until: int | None = None, price: str | None = None, **terms: Any
) -> None:
    """15 days are charged, 15.00; then the sale turns out to have ended before, and is followed by another."""
    sold(life)
    policy(life, **terms)
    life.day(date(2026, 12, 1), cancelled(16))
    life.bill(DUE)
    life.isp.run(cancelled(ended))
    sell_again(life, again, price)
    if until:
        life.isp.run(f"{cancelled(until)} where id = 2")
    life.day(date(2026, 12, 12))


def net(life: Life) -> Decimal:
    [(amount,)] = life.isp.run(
        "select sum(amount) from billing.event where status <> 'cancelled' and reference_month = :m", m=DECEMBER
    )
    return Decimal(amount)


def line(life: Life) -> str:
    """What the newest charge comes from, as a client can be told."""
    [(event,)] = life.isp.run("select max(id) from billing.event where kind = 'charge'")
    with life.isp.engine.connect() as connection:
        return Explanation(**connection.execute(named("billing/explain_event"), {"event": event}).one()._mapping).line()


@pytest.mark.parametrize("adjusts", [True, False])
def test_a_segment_is_charged_again_at_a_corrected_price_that_moves_a_cut_cent(life: Life, *, adjusts: bool) -> None:
    sold(life, "10.00")
    policy(life, adjusts=adjusts)
    life.isp.run(promotion("20.00", 11, "2027-01-01"))
    life.day(date(2026, 12, 1))
    life.bill(DUE)
    life.isp.run(PAID)
    assert life.charged() == reais("3.22", "13.55")
    correct(life, "3.22", "reverse", rebill=True)
    # The second segment owes 13.54 by now.
    life.isp.run(promotion("12.40", 1, "2026-12-11"))
    life.day(date(2026, 12, 12))
    life.bill(DUE)
    assert (life.charged(), days(life), life.exclusions(DUE)) == (reais("13.55", "3.99"), 31, [])
    assert unchanged(life, DUE)
    life.bill(NEXT)
    assert life.charged() == reais("13.55", "3.99")


@pytest.mark.parametrize("timing", ["advance", "arrears"])
def test_a_month_by_days_that_was_given_back_whole_is_charged_in_full(life: Life, timing: str) -> None:
    sold(life)
    policy(life, adjusts=True, timing=timing)
    life.day(date(2026, 12, 1), cancelled(10))
    due_date = NEXT if timing == "arrears" else DUE
    life.bill(due_date)
    life.isp.run(PAID)
    life.isp.run("update tv.client_package set cancelled_on = '2026-12-01', added_on = '2026-12-01'")
    life.day(date(2027, 1, 12))
    life.bill(due_date)
    assert net(life) == 0
    policy(life, "full", adjusts=True, timing=timing)
    sell_again(life, 2, "15.50")
    life.day(date(2027, 1, 13))
    life.bill(due_date)
    assert (life.charged()[1:], days(life)) == (reais("15.50"), 31)
    assert unchanged(life, due_date)


def test_a_month_that_was_charged_by_days_is_charged_the_rest_in_full(life: Life) -> None:
    sold(life)
    policy(life)
    life.day(date(2026, 12, 1), cancelled(10))
    life.bill(DUE)
    policy(life, "full")
    sell_again(life, 10)
    life.day(date(2026, 12, 10))
    life.bill(DUE)
    assert (life.charged(), days(life), life.exclusions(DUE)) == (reais("9.00", "22.00"), 31, [])
    assert line(life) == (
        "Diferença de Pacote 2 em 12/2026: R$ 22,00 (o mês soma R$ 31,00, dos quais R$ 9,00 já tinham sido cobrados)"
    )


def test_a_month_in_full_that_was_given_back_whole_is_charged_to_another_sale_once(life: Life) -> None:
    sold(life)
    policy(life, "full", adjusts=True)
    life.bill(DUE)
    life.isp.run(PAID)
    life.day(date(2026, 12, 11), cancelled(5))
    life.bill(DUE)
    sell_again(life, 6, "40.00")
    life.day(date(2026, 12, 12))
    for _ in range(2):
        life.bill(DUE)
        assert life.charged() == reais("31.00", "40.00")
    assert unchanged(life, DUE)


@pytest.mark.parametrize("adjusts", [True, False])
def test_a_sale_is_charged_what_an_earlier_one_left_that_ended_sooner_than_it_was_charged(
    life: Life, *, adjusts: bool
) -> None:
    ended_and_sold_again(life, ended=11, again=20, adjusts=adjusts)
    life.isp.run(PAID)
    life.bill(DUE)
    assert (life.charged(), days(life), life.excess(DUE)) == (reais("15.00", "7.00"), 22, [])
    assert line(life) == (
        "Diferença de Pacote 2 em 12/2026: R$ 7,00 (o mês soma R$ 22,00, dos quais R$ 15,00 já tinham sido cobrados)"
    )
    assert unchanged(life, DUE)


def test_two_sales_are_charged_what_is_left_of_the_month_by_one_charge(life: Life) -> None:
    ended_and_sold_again(life, ended=11, again=20, until=25)
    sell_again(life, 25)
    life.day(date(2026, 12, 12))
    life.bill(DUE)
    # 10.00, 5.00 and 7.00, of which 15.00 were charged.
    assert (life.charged(), days(life), life.exclusions(DUE)) == (
        reais("15.00", "7.00"),
        22,
        [(DECEMBER, "already_billed")],
    )
    assert unchanged(life, DUE)


@pytest.mark.parametrize("adjusts", [True, False])
def test_a_segment_is_charged_again_without_what_the_others_cost_more_by_now(life: Life, *, adjusts: bool) -> None:
    sold(life, "62.00")
    policy(life, adjusts=adjusts)
    life.day(date(2026, 12, 11), priced("31.00"))
    life.bill(DUE)
    life.isp.run(PAID)
    assert life.charged() == reais("20.00", "21.00")
    correct(life, "20.00", "reverse", rebill=True)
    # From the 21st it costs 62.00 again, in one segment with the first days.
    life.day(date(2026, 12, 21), priced("62.00"))
    life.bill(DUE)
    assert (life.charged(), days(life), life.exclusions(DUE)) == (reais("21.00", "20.00"), 31, [])
    assert unchanged(life, DUE)
    # NEXT has the invoice that carries it.
    life.bill(NEXT)
    life.bill(AFTER)
    assert life.charged() == (reais("21.00", "20.00", "11.00") if adjusts else reais("21.00", "20.00"))


@pytest.mark.parametrize("adjusts", [True, False])
def test_a_sale_is_not_charged_for_days_that_another_was_charged_for_though_it_costs_more(
    life: Life, *, adjusts: bool
) -> None:
    ended_and_sold_again(life, ended=11, again=20, price="62.00", adjusts=adjusts)
    life.bill(DUE)
    # Of its 12 days for 24.00, 5 were charged as days of the first sale.
    assert (life.charged(), days(life)) == (reais("15.00", "14.00"), 22)
    assert unchanged(life, DUE)
    life.bill(NEXT)
    assert life.charged() == (reais("15.00", "14.00", "5.00") if adjusts else reais("15.00", "14.00"))


def test_days_that_a_policy_gave_back_are_charged_to_another_sale(life: Life) -> None:
    sold(life)
    policy(life, adjusts=True)
    life.bill(DUE)
    life.isp.run(PAID)
    life.day(date(2026, 12, 11), cancelled(12))
    life.bill(DUE)
    assert net(life) == Decimal("11.00")
    sell_again(life, 20)
    life.day(date(2026, 12, 12))
    life.bill(DUE)
    assert (net(life), days(life)) == (Decimal("23.00"), 31)
    assert unchanged(life, DUE)


def test_a_rest_is_charged_by_the_due_date_to_which_it_moved_and_taken_from_where_it_is_pending(life: Life) -> None:
    ended_and_sold_again(life, ended=11, again=20)
    life.save(DUE)
    assert life.charged() == reais("15.00", "7.00")
    life.day(date(2026, 12, 13), moved(20))
    life.bill(LATER)
    assert (life.charged(), days(life)) == (reais("15.00", "7.00"), 22)
    life.bill(DUE)
    assert (life.charged(), days(life)) == (reais("15.00", "7.00"), 22)


@pytest.mark.parametrize("rebill", [True, False])
def test_a_rest_that_was_taken_back_is_charged_again_only_if_that_person_said_so(life: Life, *, rebill: bool) -> None:
    ended_and_sold_again(life, ended=11, again=20)
    life.bill(DUE)
    life.isp.run(PAID)
    correct(life, "7.00", "reverse", rebill=rebill)
    life.bill(DUE)
    assert life.charged() == (reais("15.00", "7.00") if rebill else reais("15.00"))
    assert life.exclusions(DUE) == ([] if rebill else [(DECEMBER, "corrected")])
    assert unchanged(life, DUE)


def test_a_rest_that_ends_before_it_is_settled_is_void(life: Life) -> None:
    ended_and_sold_again(life, ended=11, again=20)
    life.save(DUE)
    life.day(date(2026, 12, 13), "update tv.client_package set cancelled_on = '2026-12-22' where id = 2")
    life.settle(DUE)
    assert life.charged() == reais("15.00")


@pytest.mark.parametrize("charged", ["full", "daily"])
@pytest.mark.parametrize(("now", "owed"), [("full", "15.50"), ("daily", "15.00")])
@pytest.mark.parametrize(
    ("adjusts", "bills_open_months"), [(True, False), (False, True), (False, False)], ids=["adjusts", "bills", "names"]
)
def test_a_month_that_was_given_back_whole_is_open_to_the_next_due_dates(
    life: Life,
    charged: Literal["full", "daily"],
    now: Literal["full", "daily"],
    owed: str,
    *,
    adjusts: bool,
    bills_open_months: bool,
) -> None:
    sold(life)
    policy(life, charged, adjusts=True)
    life.day(date(2026, 12, 1), cancelled(11))
    life.bill(DUE)
    life.isp.run(PAID)
    life.isp.run("update tv.client_package set cancelled_on = '2026-12-01', added_on = '2026-12-01'")
    life.day(date(2026, 12, 12))
    life.bill(DUE)
    assert net(life) == 0
    policy(life, now, adjusts=adjusts, bills_open_months=bills_open_months)
    sell_again(life, 2, "15.50")
    life.day(date(2027, 1, 2))
    assert [(month.reference_month, month.amount) for month in life.open_months(date(2027, 1, 3))] == [
        (DECEMBER, Decimal(owed))
    ]
    for _ in range(2):
        life.bill(NEXT)
        if adjusts or bills_open_months:
            assert life.charged()[1:] == reais(owed)
        else:
            assert (DECEMBER, "open_month") in life.exclusions(NEXT)
            assert len(life.charged()) == 1
    assert life.excess(NEXT) == []


@pytest.mark.parametrize("adjusts", [True, False])
def test_a_month_that_was_charged_by_days_and_is_owed_in_full_is_compared_by_the_next_due_dates(
    life: Life, *, adjusts: bool
) -> None:
    sold(life)
    policy(life)
    life.day(date(2026, 12, 1), cancelled(10))
    life.bill(DUE)
    policy(life, "full", adjusts=adjusts)
    sell_again(life, 10)
    life.day(date(2027, 1, 2))
    assert [month.left_of_parts for month in life.open_months(date(2027, 1, 3))] == reais("22.00")
    life.bill(NEXT)
    assert life.charged() == (reais("9.00", "22.00") if adjusts else reais("9.00"))
    assert life.excess(NEXT) == []
    assert unchanged(life, NEXT)


def test_what_is_left_is_worked_out_only_for_months_that_were_charged_in_part(life: Life) -> None:
    """It takes milliseconds for each, and a list may have a million others."""
    sold(life)
    policy(life)
    life.bill(DUE)
    life.isp.sell(life.isp.client_plan(due_day=10), 1)
    life.day(date(2026, 12, 10))
    [(body,)] = life.isp.run("select pg_get_functiondef('billing.left_to_charge'::regproc)")
    head, _, _ = body.partition("declare")
    life.isp.run(f"{head}begin raise exception 'worked out'; end $function$")
    life.save(DUE)
    assert life.charged() == reais("31.00", "31.00")


@pytest.mark.parametrize(
    ("adjusts", "bills_open_months"), [(False, True), (True, True)], ids=["bills", "bills and adjusts"]
)
def test_what_is_left_of_an_open_month_is_charged_by_the_due_date_that_charged_it(
    life: Life, *, adjusts: bool, bills_open_months: bool
) -> None:
    sold(life, due_day=20, added_on=date(2026, 12, 1))
    policy(life, adjusts=adjusts, bills_open_months=bills_open_months)
    life.bill(DUE)
    life.day(date(2026, 12, 12), moved(10))
    life.day(date(2027, 1, 2), cancelled(16))
    life.open_months(date(2027, 1, 3))
    life.bill(NEXT)
    assert life.charged() == reais("15.00")
    life.isp.run(cancelled(11))
    sell_again(life, 20)
    life.day(date(2027, 1, 12))
    for _ in range(2):
        life.save(NEXT)
        assert life.charged() == reais("15.00", "7.00")
    life.settle(NEXT)
    assert (life.charged(), days(life)) == (reais("15.00", "7.00"), 22)
    assert unchanged(life, NEXT)
    life.open_months(date(2027, 1, 13))
    assert unchanged(life, NEXT)


def rest_taken_back_for_good(life: Life) -> None:
    """15.00 are charged, of which 10.00 are owed; of a sale of 9.00 its other 4.00 were charged and taken back."""
    ended_and_sold_again(life, ended=11, again=20, until=29)
    life.bill(DUE)
    life.isp.run(PAID)
    assert life.charged() == reais("15.00", "4.00")
    correct(life, "4.00", "reverse")


def test_what_a_person_took_back_for_good_is_not_charged_with_what_is_left_later(life: Life) -> None:
    rest_taken_back_for_good(life)
    life.day(date(2026, 12, 13), "update tv.client_package set cancelled_on = '2026-12-16' where id = 1")
    life.bill(DUE)
    assert (life.charged(), life.exclusions(DUE)) == (reais("15.00"), [(DECEMBER, "corrected")])
    assert unchanged(life, DUE)


def test_what_a_person_took_back_for_good_is_not_charged_with_a_later_sale(life: Life) -> None:
    rest_taken_back_for_good(life)
    sell_again(life, 29)
    life.day(date(2026, 12, 13))
    life.bill(DUE)
    assert (life.charged(), life.exclusions(DUE)) == (reais("15.00", "3.00"), [(DECEMBER, "corrected")])
    assert unchanged(life, DUE)


def test_a_month_in_full_that_was_given_back_is_charged_as_its_later_billing_day_has_it(life: Life) -> None:
    sold(life)
    policy(life, "full", adjusts=True)
    life.bill(DUE)
    life.isp.run("update tv.client_package set cancelled_on = '2026-12-01', added_on = '2026-12-01'")
    life.day(date(2026, 12, 12))
    life.bill(DUE)
    life.day(date(2026, 12, 15), moved(20))
    sell_again(life, 16)
    life.day(date(2027, 1, 2))
    assert [month.amount for month in life.open_months(date(2027, 1, 3))] == reais("31.00")
    life.bill(date(2027, 1, 20))
    assert (life.charged(), net(life)) == (reais("31.00", "31.00"), Decimal("31.00"))
    life.bill(DUE)
    assert unchanged(life, DUE)
    assert unchanged(life, date(2027, 1, 20))
    assert net(life) == Decimal("31.00")


def test_a_rest_that_was_taken_back_for_good_is_not_charged_once_the_policy_gave_something_back(life: Life) -> None:
    ended_and_sold_again(life, ended=14, again=18, adjusts=True)
    life.bill(DUE)
    correct(life, "12.00", "reverse")
    for _ in range(3):
        life.bill(DUE)
        assert (life.charged(), life.exclusions(DUE)) == (reais("15.00"), [(DECEMBER, "corrected")])


def test_a_rest_that_was_taken_back_for_good_is_not_charged_with_the_whole_month(life: Life) -> None:
    """Nothing else of the month is charged any more."""
    ended_and_sold_again(life, ended=11, again=20)
    life.bill(DUE)
    correct(life, "7.00", "reverse")
    correct(life, "15.00", "reverse")
    for _ in range(2):
        life.bill(DUE)
        assert life.charged() == []


def test_a_rest_is_not_taken_back_beside_a_charge_of_its_days(life: Life) -> None:
    ended_and_sold_again(life, ended=11, again=20)
    life.bill(DUE)
    correct(life, "7.00", "reverse", rebill=True)
    correct(life, "15.00", "reverse")
    life.bill(DUE)
    assert life.charged() == reais("12.00")
    with pytest.raises(correction.CorrectionRefused):
        correct(life, "7.00", "take_back")


def test_a_charge_is_not_corrected_below_a_rest_of_an_earlier_due_date(life: Life) -> None:
    sold(life, due_day=20)
    policy(life)
    life.day(date(2026, 12, 1), cancelled(16))
    life.bill(LATER)
    life.isp.run(cancelled(11))
    sell_again(life, 20)
    life.day(date(2026, 12, 9), moved(10))
    life.bill(DUE)
    assert life.charged() == reais("7.00", "15.00")
    with pytest.raises(correction.CorrectionRefused):
        correct(life, "15.00", "reverse", rebill=True)


@pytest.mark.parametrize("saved", [True, False])
def test_a_pending_rest_stays_when_what_is_open_besides_is_waived(life: Life, *, saved: bool) -> None:
    ended_and_sold_again(life, ended=11, again=20, price="62.00")
    life.save(DUE)
    assert [month.amount for month in life.open_months(date(2027, 1, 2))] == reais("5.00")
    waivers.decide(life.isp.engine, "Ana", "waive_month", waivers.Month(1, 1, DECEMBER), reason="acordo")
    if saved:
        life.save(DUE)
    life.settle(DUE)
    assert life.charged() == reais("15.00", "14.00")


@pytest.mark.parametrize(
    "change",
    [
        priced("30.99"),
        "update tv.client_package set cancelled_on = '2026-12-15' where id = 1",
        "insert into tv.promotion values (default, 1, 30.90, '2026-12-13', '2026-12-16')",
    ],
    ids=["the price", "the end of the first sale", "the price of the first sale"],
)
def test_a_saved_charge_of_what_is_left_is_settled_as_it_was_saved(life: Life, change: str) -> None:
    ended_and_sold_again(life, ended=16, again=20)
    life.save(DUE)
    life.day(date(2026, 12, 13), change)
    life.settle(DUE)
    assert (life.charged(), days(life)) == (reais("15.00", "12.00"), 27)


@pytest.mark.parametrize(
    ("taken_back", "change", "charged"),
    [
        ("21.00", promotion("31.00", 1, "2026-12-11"), reais("20.00", "11.00")),
        ("20.00", promotion("15.50", 1, "2026-12-05"), reais("21.00", "14.00")),
    ],
    ids=["one segment by now", "three segments by now"],
)
def test_a_segment_is_charged_again_that_has_another_number_by_now(
    life: Life, taken_back: str, change: str, charged: list[Decimal]
) -> None:
    sold(life, "62.00")
    policy(life)
    life.day(date(2026, 12, 11), priced("31.00"))
    life.bill(DUE)
    life.isp.run(PAID)
    correct(life, taken_back, "reverse", rebill=True)
    life.isp.run(change)
    life.day(date(2026, 12, 12))
    life.bill(DUE)
    assert (life.charged(), days(life), life.exclusions(DUE)) == (charged, 31, [])
    assert unchanged(life, DUE)


def test_a_month_that_was_taken_back_for_good_is_not_charged_in_other_segments(life: Life) -> None:
    sold(life)
    policy(life)
    life.bill(DUE)
    life.isp.run(PAID)
    correct(life, "31.00", "reverse")
    life.day(date(2026, 12, 15), priced("62.00"))
    life.bill(DUE)
    assert (life.charged(), life.exclusions(DUE)) == ([], [(DECEMBER, "corrected")])
    life.bill(NEXT)
    assert life.charged() == []
