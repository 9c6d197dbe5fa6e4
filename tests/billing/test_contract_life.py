"""A contract's whole life: due days that move, policies that change, open months, wrong charges."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from multitv.billing import tv
from multitv.billing.open_months import MonthsOpen, OpenMonths, compare, find_open_months
from multitv.billing.report import standard_report
from multitv.billing.review import ApprovalRequest, summarise_list, top_changes
from multitv.database.sql import named
from multitv.offer.billing_policy import Policy, set_policy
from tests.support.life import DECEMBER, FEBRUARY, JANUARY, NOVEMBER, Life, moved, sold
from tests.support.settings import SETTINGS

# A due day that moves


@pytest.mark.parametrize(("before", "after"), [(10, 20), (5, 31), (1, 2)])
def test_a_due_day_that_moves_after_it_was_billed_charges_the_month_once(life: Life, before: int, after: int) -> None:
    sold(life, due_day=before)
    life.bill(date(2026, 12, before))
    life.day(date(2026, 12, before), moved(after))
    life.bill(date(2026, 12, after))
    assert life.charged() == [Decimal("31.00")]
    assert life.fees() == [DECEMBER]
    assert life.exclusions(date(2026, 12, after)) == [(DECEMBER, "already_billed")]


def test_a_due_day_that_moves_twice_charges_the_month_once(life: Life) -> None:
    sold(life)
    life.bill(date(2026, 12, 10))
    life.day(date(2026, 12, 12), moved(20))
    life.bill(date(2026, 12, 20))
    life.day(date(2026, 12, 22), moved(30))
    life.bill(date(2026, 12, 30))
    assert life.charged() == [Decimal("31.00")]
    assert life.fees() == [DECEMBER]


def test_a_view_of_the_erp_with_two_due_days_charges_nobody_twice(life: Life) -> None:
    client_plan = sold(life)
    life.bill(date(2026, 12, 10))
    life.isp.run("alter table erp.client_plan drop constraint client_plan_pkey")
    life.isp.run(
        "insert into erp.client_plan select id, client_id, service_plan_id, status, 20, activated_on, cancelled_on "
        "from erp.client_plan where id = :n",
        n=client_plan,
    )
    life.bill(date(2026, 12, 20))
    assert life.charged() == [Decimal("31.00")]
    assert life.fees() == [DECEMBER]


def test_a_month_that_no_due_date_covered_is_open_and_named(life: Life) -> None:
    client_plan = sold(life, due_day=20)
    life.isp.sell(life.isp.client_plan(due_day=10), life.isp.package("5.00"))
    life.bill(date(2026, 12, 10))
    life.day(date(2026, 12, 12), moved(10))
    assert life.open_months(date(2026, 12, 31)) == [OpenMonths(DECEMBER, 1, 1, 1, Decimal("180.90"))]
    january = date(2027, 1, 10)
    asked = tv.save(life.isp.engine, january, SETTINGS, approval="auto")
    assert isinstance(asked, ApprovalRequest)
    assert "Meses anteriores que nunca foram cobrados: 1, que somam R$ 31,00." in asked.body
    lines = [line for line in asked.body.splitlines() if "12/2026" in line]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert [[row[0], *row[2:]] for row in cells] == [[str(client_plan), "12/2026", "R$ 31,00"]]
    life.bill(january)
    assert life.charged() == [Decimal("5.00")]
    assert (DECEMBER, "open_month") in life.exclusions(january)
    report = standard_report(life.isp.engine, january)
    assert "Mensalidades de meses anteriores que nunca foram cobradas: 1 (R$ 149,90)" in report
    assert sorted(life.charged(JANUARY)) == [Decimal("5.00"), Decimal("31.00")]


def test_a_month_that_is_over_and_open_fails_the_sweep_once_all_is_stored(
    life: Life, caplog: pytest.LogCaptureFixture
) -> None:
    sold(life, due_day=20)
    life.isp.sell(life.isp.client_plan(due_day=10), life.isp.package("5.00"))
    life.bill(date(2026, 12, 10))
    life.day(date(2026, 12, 12), moved(10))
    compare(life.isp.engine, SETTINGS, date(2026, 12, 31), [])
    with pytest.raises(MonthsOpen, match=r"2026-12: 1 client plans, R\$.180,90.*waive them"):
        compare(life.isp.engine, SETTINGS, date(2027, 1, 1), [])
    assert "Meses em aberto" in caplog.text
    assert life.isp.run("select count(*) > 0 from billing.open_month") == [(True,)]


def test_an_open_month_is_billed_with_the_next_due_date_if_the_policy_says_so(life: Life) -> None:
    sold(life, due_day=20)
    set_policy(life.isp.engine, "Ana", Policy(bills_open_months=True))
    life.isp.sell(life.isp.client_plan(due_day=10), life.isp.package("5.00"))
    life.bill(date(2026, 12, 10))
    life.day(date(2026, 12, 12), moved(10))
    life.open_months(date(2026, 12, 31))
    january = date(2027, 1, 10)
    tv.save(life.isp.engine, january, SETTINGS)
    # The plan fee is for the ERP to bill.
    assert life.open_months(date(2027, 1, 1)) == [OpenMonths(DECEMBER, 1, 0, 1, Decimal("149.90"))]
    life.bill(january)
    assert life.charged() == [Decimal("5.00"), Decimal("31.00")]
    assert sorted(life.charged(JANUARY)) == [Decimal("5.00"), Decimal("31.00")]
    before = life.isp.tables()
    life.bill(january)
    assert life.isp.tables() == before
    life.bill(date(2027, 2, 10))
    assert life.charged() == [Decimal("5.00"), Decimal("31.00")]


def test_nothing_before_the_go_live_month_is_owed(life: Life) -> None:
    sold(life)
    settings = SETTINGS.model_copy(update={"go_live_month": JANUARY})
    due = date(2026, 12, 10)
    tv.save(life.isp.engine, due, settings)
    assert life.charged() == []
    assert life.exclusions(due) == [(DECEMBER, "before_go_live")]
    assert find_open_months(life.isp.engine, settings, date(2027, 1, 31)) == [
        OpenMonths(JANUARY, 1, 1, 0, Decimal("31.00"))
    ]


def test_the_go_live_month_is_what_the_settings_say_last(life: Life) -> None:
    sold(life)
    for month in (JANUARY, DECEMBER, DECEMBER, None):
        settings = SETTINGS.model_copy(update={"go_live_month": month})
        tv.save(life.isp.engine, date(2026, 12, 10), settings)
        stored = life.isp.run("select month from billing.go_live")
        assert [row.month for row in stored] == ([] if month is None else [month])
    assert life.charged() == [Decimal("31.00")]


# By the day


def test_what_was_sold_again_is_charged_no_more_days_than_the_month_has(life: Life) -> None:
    sold(life)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily"))
    due = date(2026, 12, 10)
    life.bill(due)
    life.day(date(2026, 12, 16), "update tv.client_package set cancelled_on = '2026-12-16'")
    life.isp.sell(1, 1, added_on=date(2026, 12, 20))
    life.day(date(2026, 12, 20))
    life.bill(due)
    assert life.charged() == [Decimal("31.00")]
    assert life.excess(due) == [("charged_more", Decimal("4.00"))]


def test_cancelled_and_sold_again_on_a_day_for_another_price_is_charged_by_both(life: Life) -> None:
    sold(life)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily"))
    life.isp.run("update tv.client_package set cancelled_on = '2026-12-16'")
    life.isp.sell(1, 1, "62.00", added_on=date(2026, 12, 16))
    life.day(date(2026, 12, 1))
    life.bill(date(2026, 12, 10))
    assert life.charged() == [Decimal("15.00"), Decimal("32.00")]


def test_a_price_that_changes_within_a_month_makes_two_segments_that_are_repriced_and_settled(life: Life) -> None:
    sold(life)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily"))
    due = date(2026, 12, 30)
    life.day(date(2026, 12, 1), moved(30))
    life.day(date(2026, 12, 11), "update tv.package set price = 62.00 where extra")
    tv.save(life.isp.engine, due, SETTINGS)
    assert life.charged() == [Decimal("10.00"), Decimal("42.00")]
    life.day(date(2026, 12, 21), "update tv.package set price = 93.00 where extra")
    life.bill(due)
    assert life.charged() == [Decimal("10.00"), Decimal("20.00"), Decimal("33.00")]
    before = life.isp.tables()
    life.bill(due)
    assert life.isp.tables() == before


@pytest.mark.parametrize("status", ["suspended", "active"])
def test_days_of_suspension_are_not_charged(life: Life, status: str) -> None:
    sold(life, due_day=30)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily"))
    life.day(date(2026, 12, 11), f"update erp.client_plan set status = '{status}'")  # noqa: S608
    life.day(date(2026, 12, 21), "update erp.client_plan set status = 'active'")
    life.bill(date(2026, 12, 30))
    assert life.charged() == [Decimal("21.00" if status == "suspended" else "31.00")]


def test_what_was_charged_beyond_a_later_cancellation_is_listed(life: Life) -> None:
    sold(life)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily"))
    due = date(2026, 12, 10)
    life.bill(due)
    life.day(date(2026, 12, 15), "update tv.client_package set cancelled_on = '2026-12-02'")
    assert life.excess(due) == [("charged_more", Decimal("30.00"))]


@pytest.mark.parametrize("billed", [date(2026, 12, 10), date(2027, 1, 10)])
def test_what_was_charged_beyond_a_later_cancellation_is_credited_once_if_the_policy_adjusts(
    life: Life, billed: date
) -> None:
    sold(life)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily", adjusts=True))
    due = date(2026, 12, 10)
    life.bill(due)
    life.day(date(2026, 12, 15), "update tv.client_package set cancelled_on = '2026-12-02'")
    for _ in range(2):
        life.bill(billed)
    assert life.excess(due) == []
    assert life.charged() == [Decimal("31.00")]
    rows = life.isp.run("select amount, status from billing.event where kind = 'reversal'")
    assert [tuple(row) for row in rows] == [(Decimal("-30.00"), "processed")]


# In full


@pytest.mark.parametrize(
    "change",
    [
        "update tv.client_package set cancelled_on = '2026-12-15'",
        "update erp.client_plan set status = 'cancelled', cancelled_on = '2026-12-15'",
        "update erp.client_plan set status = 'suspended'",
        "update tv.package set price = 10.00",
        "update tv.package set active = false",
        "update erp.client_plan set due_day = 20",
        "update erp.client_plan set service_plan_id = 2",
    ],
)
def test_what_changes_after_the_billing_day_changes_nothing_of_the_month(life: Life, change: str) -> None:
    sold(life)
    due = date(2026, 12, 10)
    life.bill(due)
    life.day(date(2026, 12, 15), change)
    assert life.excess(due) == []
    life.bill(due)
    assert life.charged() == [Decimal("31.00")]
    assert life.open_months(date(2026, 12, 31)) == []


def test_what_changes_between_settlement_and_the_billing_day_is_listed(life: Life) -> None:
    sold(life)
    due = date(2026, 12, 10)
    life.bill(due)
    life.day(date(2026, 12, 5), "update tv.package set price = 20.00 where extra")
    assert life.excess(due) == [("charged_more", Decimal("11.00"))]


def test_a_promotion_is_charged_while_it_lasts_and_is_no_odd_price(life: Life) -> None:
    sold(life)
    life.isp.run("insert into tv.promotion values (default, 1, 9.90, '2026-12-01', '2026-12-11')")
    life.day(date(2026, 12, 1))
    for due_date in (date(2026, 12, 10), date(2027, 1, 10)):
        life.bill(due_date)
        with life.isp.engine.connect() as connection:
            assert connection.execute(named("quality/charge_of_other_price"), {"due_date": due_date}).all() == []
    assert (life.charged(), life.charged(JANUARY)) == ([Decimal("9.90")], [Decimal("31.00")])


# In arrears


def test_in_arrears_what_came_after_the_month_does_not_count_for_it(life: Life) -> None:
    sold(life)
    set_policy(life.isp.engine, "Ana", Policy(timing="arrears"))
    life.day(date(2026, 11, 30))
    life.day(date(2026, 12, 5), "update erp.client_plan set status = 'suspended'")
    tv.save(life.isp.engine, date(2026, 12, 10), SETTINGS)
    assert life.charged(NOVEMBER) == [Decimal("31.00")]


def test_in_arrears_a_price_of_the_next_month_is_not_charged_for_this_one(life: Life) -> None:
    sold(life)
    set_policy(life.isp.engine, "Ana", Policy(timing="arrears"))
    life.day(date(2027, 1, 1), "update tv.package set price = 99.00 where extra")
    life.bill(date(2027, 1, 10))
    assert life.charged() == [Decimal("31.00")]


@pytest.mark.parametrize("by", ["policy", "service plan"])
def test_both_months_are_billed_when_arrears_become_advance(life: Life, by: str) -> None:
    sold(life)
    life.isp.run("update tv.service_plan_setting set allows_tv = true, package_id = 9000 where service_plan_id = 2")
    set_policy(life.isp.engine, "Ana", Policy(timing="arrears"), 1)
    life.day(date(2026, 12, 1))
    life.bill(date(2026, 12, 10))
    assert (life.charged(NOVEMBER), life.charged()) == ([Decimal("31.00")], [])
    if by == "policy":
        set_policy(life.isp.engine, "Ana", Policy(valid_from=JANUARY), 1)
    else:
        life.day(date(2026, 12, 15), "update erp.client_plan set service_plan_id = 2")
    life.bill(date(2027, 1, 10))
    life.bill(date(2027, 2, 10))
    assert [life.charged(month) for month in (NOVEMBER, DECEMBER, JANUARY, FEBRUARY)] == [[Decimal("31.00")]] * 4


# The month before


@pytest.mark.parametrize(
    ("due_day", "before", "due"),
    [
        (30, date(2027, 1, 30), date(2027, 2, 28)),
        (31, date(2027, 1, 31), date(2027, 2, 28)),
        (28, date(2027, 1, 28), date(2027, 2, 28)),
        (30, date(2027, 2, 28), date(2027, 3, 30)),
        (31, date(2027, 2, 28), date(2027, 3, 31)),
        (31, date(2027, 3, 31), date(2027, 4, 30)),
    ],
)
def test_a_list_is_compared_with_the_month_before_whatever_its_length(
    life: Life, due_day: int, before: date, due: date
) -> None:
    sold(life, due_day=due_day)
    other = 29 if due_day != 29 else 30
    life.isp.sell(life.isp.client_plan(due_day=other), life.isp.package("5.00"))
    life.bill(before)
    with life.isp.engine.begin() as connection:
        tv.list_candidates(connection, due)
        summary = summarise_list(connection, due)
        changes = top_changes(connection, summary)
    assert summary.last is not None
    assert summary.last.amount == Decimal("31.00")
    assert [change.client_plan for change in changes if change.client_plan == 1] == []
