"""The ledger against months that are worked out by hand: 31.00 a month is 1.00 a day of December or January."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.soak.ledger import Contract, Ledger, Package, Policy, Promotion

NOVEMBER = date(2026, 11, 1)
DECEMBER = date(2026, 12, 1)
JANUARY = date(2027, 1, 1)
FEBRUARY = date(2027, 2, 1)
PRICE = Decimal("31.00")
DAILY = Policy(daily=True)
ARREARS = Policy(arrears=True)
# The client plan, the package, and the sale of it that each ledger begins with.
PLAN = PACKAGE = SALE = 1


@pytest.fixture
def ledger() -> Ledger:
    """A client plan that is due on the 10th has a package for 31.00. Service plans 1 and 2 have TV, 3 has none."""
    made = Ledger(today=NOVEMBER)
    for service_plan in (1, 2, 3):
        made.set_allows_tv(service_plan, service_plan != 3)
    made.add_client_plan(PLAN, Contract(), activated_on=date(2026, 1, 1))
    made.add_package(PACKAGE, Package(PRICE))
    made.add_sale(SALE, PLAN, PACKAGE, added_on=date(2026, 6, 1))
    return made


def owed(ledger: Ledger, month: date) -> str:
    return f"{ledger.owed(PLAN, PACKAGE, month):.2f}"


def segments(ledger: Ledger, month: date) -> list[tuple[int, str, int, str]]:
    """Return sale, price, number of days and amount of each segment."""
    return [
        (segment.sale, str(segment.price), len(segment.days), str(segment.amount))
        for segment in ledger.segments(PLAN, PACKAGE, month)
    ]


def sell_again(ledger: Ledger, *, cancelled_on: date, added_on: date, price: Decimal | None = None) -> None:
    ledger.sales[SALE].cancelled_on = cancelled_on
    ledger.add_sale(2, PLAN, PACKAGE, price, added_on=added_on)


@pytest.mark.parametrize(
    ("before", "moved_on", "after", "billing_day"),
    [
        (10, 15, 20, 20),
        (10, 5, 20, 20),
        (10, 25, 20, 10),
        # On the 10th it was the 20th, on the 20th it was the 10th: the month has no due day.
        (20, 15, 10, 31),
        (20, 5, 10, 10),
        (20, 20, 10, 31),
        (20, 21, 10, 20),
    ],
)
def test_the_billing_day_is_the_last_due_day_of_the_month(
    ledger: Ledger, before: int, moved_on: int, after: int, billing_day: int
) -> None:
    ledger.change_contract(PLAN, due_day=before)
    ledger.today = DECEMBER.replace(day=moved_on)
    ledger.change_contract(PLAN, due_day=after)
    assert ledger.billing_day(PLAN, DECEMBER) == DECEMBER.replace(day=billing_day)
    assert ledger.billing_day(PLAN, JANUARY) == JANUARY.replace(day=after)


def test_due_day_31_is_the_last_day_of_a_month_that_is_shorter(ledger: Ledger) -> None:
    ledger.change_contract(PLAN, due_day=31)
    days = [ledger.billing_day(PLAN, month) for month in (DECEMBER, FEBRUARY, date(2027, 4, 1), date(2028, 2, 1))]
    assert days == [date(2026, 12, 31), date(2027, 2, 28), date(2027, 4, 30), date(2028, 2, 29)]
    assert ledger.covers(PLAN, date(2027, 2, 28))
    assert not ledger.covers(PLAN, date(2028, 2, 28))


def test_the_first_state_extends_backwards_and_the_last_one_of_a_day_counts(ledger: Ledger) -> None:
    ledger.today = date(2026, 12, 15)
    ledger.change_package(PACKAGE, price=Decimal("99.00"))
    ledger.change_package(PACKAGE, price=Decimal("40.00"))
    prices = [ledger.price(SALE, day) for day in (date(2020, 1, 1), date(2026, 12, 14), date(2026, 12, 15), date.max)]
    assert prices == [PRICE, PRICE, Decimal("40.00"), Decimal("40.00")]
    ledger.add_package(2, Package(Decimal("1.00")))
    ledger.change_package(2, price=Decimal("2.00"))
    assert [ledger.packages[2].on(day).price for day in (date(2026, 12, 14), date(2026, 12, 15))] == [1, 2]


def test_in_full_the_price_of_the_billing_day_is_owed(ledger: Ledger) -> None:
    ledger.today = date(2026, 12, 15)
    ledger.change_package(PACKAGE, price=Decimal("40.00"))
    assert [owed(ledger, month) for month in (NOVEMBER, DECEMBER, JANUARY)] == ["31.00", "31.00", "40.00"]
    assert segments(ledger, DECEMBER) == [(SALE, "31.00", 1, "31.00")]
    ledger.change_contract(PLAN, due_day=20)
    assert owed(ledger, DECEMBER) == "40.00"


@pytest.mark.parametrize(
    ("policy", "december", "january"),
    [(Policy(), "0.00", "31.00"), (ARREARS, "31.00", "31.00"), (DAILY, "20.00", "31.00")],
)
def test_a_sale_that_begins_after_the_billing_day(ledger: Ledger, policy: Policy, december: str, january: str) -> None:
    ledger.policies.append(policy)
    ledger.sales[SALE].added_on = date(2026, 12, 12)
    assert [owed(ledger, month) for month in (NOVEMBER, DECEMBER, JANUARY)] == ["0.00", december, january]


@pytest.mark.parametrize(
    ("policy", "december", "january"),
    [
        (Policy(), "31.00", "0.00"),
        (ARREARS, "31.00", "0.00"),
        (Policy(arrears=True, daily=True), "31.00", "4.00"),
        (Policy(arrears=True, bills_suspended=True), "31.00", "31.00"),
    ],
)
def test_a_suspension_on_the_5th_of_the_next_month(ledger: Ledger, policy: Policy, december: str, january: str) -> None:
    ledger.policies.append(policy)
    ledger.today = date(2027, 1, 5)
    ledger.change_contract(PLAN, status="suspended")
    assert [owed(ledger, month) for month in (DECEMBER, JANUARY)] == [december, january]


@pytest.mark.parametrize(
    ("policy", "ends_in_december", "ends_in_january"),
    [
        # On the 10th it is cancelled already.
        (Policy(), "0.00", "0.00"),
        # On the 31st it is over, or not yet.
        (ARREARS, "0.00", "31.00"),
        (DAILY, "15.00", "31.00"),
        (Policy(arrears=True, daily=True), "15.00", "31.00"),
    ],
)
def test_december_of_a_contract_that_is_cancelled_on_the_5th_with_a_later_end(
    ledger: Ledger, policy: Policy, ends_in_december: str, ends_in_january: str
) -> None:
    ledger.policies.append(policy)
    ledger.today = date(2026, 12, 5)
    ledger.change_contract(PLAN, status="cancelled")
    ledger.client_plans[PLAN].cancelled_on = date(2026, 12, 16)
    assert owed(ledger, DECEMBER) == ends_in_december
    ledger.client_plans[PLAN].cancelled_on = date(2027, 1, 16)
    assert owed(ledger, DECEMBER) == ends_in_january


def test_a_cancelled_contract_without_a_date_owes_the_days_before(ledger: Ledger) -> None:
    ledger.policies.append(DAILY)
    ledger.today = date(2026, 12, 5)
    ledger.change_contract(PLAN, status="cancelled")
    assert owed(ledger, DECEMBER) == "4.00"


def test_a_cancelled_contract_of_which_nothing_else_is_said_owes_the_days_before_by_the_default_policy(
    ledger: Ledger,
) -> None:
    ledger.policies += [DAILY, Policy(service_plan=1)]
    ledger.change_contract(PLAN, due_day=20)
    ledger.today = date(2026, 12, 15)
    ledger.change_contract(PLAN, status="cancelled", due_day=None, service_plan=None)
    ledger.client_plans[PLAN].cancelled_on = date(2026, 12, 15)
    assert ledger.billing_day(PLAN, DECEMBER) == date(2026, 12, 31)
    assert owed(ledger, DECEMBER) == "14.00"


def test_a_contract_owes_nothing_outside_its_dates_as_they_are_stated_now(ledger: Ledger) -> None:
    ledger.policies.append(DAILY)
    ledger.today = date(2027, 3, 1)
    ledger.client_plans[PLAN].activated_on = date(2026, 12, 22)
    ledger.client_plans[PLAN].cancelled_on = date(2027, 1, 4)
    assert [owed(ledger, month) for month in (NOVEMBER, DECEMBER, JANUARY)] == ["0.00", "10.00", "3.00"]


def test_a_package_sold_again_in_a_month_owes_27_of_31_days(ledger: Ledger) -> None:
    ledger.policies.append(DAILY)
    sell_again(ledger, cancelled_on=date(2026, 12, 16), added_on=date(2026, 12, 20))
    assert segments(ledger, DECEMBER) == [(1, "31.00", 15, "15.00"), (2, "31.00", 12, "12.00")]
    assert owed(ledger, DECEMBER) == "27.00"
    in_force = ledger.in_force(PLAN, PACKAGE, DECEMBER)
    assert sorted(set(range(1, 32)) - {day.day for day in in_force}) == [16, 17, 18, 19]


def test_a_package_sold_again_on_the_same_day_for_another_price(ledger: Ledger) -> None:
    sell_again(ledger, cancelled_on=date(2026, 12, 10), added_on=date(2026, 12, 10), price=Decimal("62.00"))
    assert segments(ledger, DECEMBER) == [(2, "62.00", 1, "62.00")]
    ledger.policies.append(DAILY)
    assert segments(ledger, DECEMBER) == [(1, "31.00", 9, "9.00"), (2, "62.00", 22, "44.00")]


@pytest.mark.parametrize(("half_up", "second", "total"), [(True, "27.37", "40.87"), (False, "27.36", "40.86")])
def test_the_segments_of_two_prices_add_up_to_the_month_that_is_rounded_once(
    ledger: Ledger, half_up: bool, second: str, total: str
) -> None:
    """29.90 x 14 / 31 = 13.5032; (29.90 x 14 + 49.90 x 17) / 31 = 40.8677."""
    ledger.policies.append(Policy(daily=True, half_up=half_up))
    ledger.change_package(PACKAGE, price=Decimal("29.90"))
    ledger.today = date(2026, 12, 15)
    ledger.change_package(PACKAGE, price=Decimal("49.90"))
    assert segments(ledger, DECEMBER) == [(SALE, "29.90", 14, "13.50"), (SALE, "49.90", 17, second)]
    assert owed(ledger, DECEMBER) == total


def test_a_price_that_comes_back_within_a_month_is_one_segment(ledger: Ledger) -> None:
    ledger.policies.append(DAILY)
    for day, price in ((11, Decimal("62.00")), (21, None)):
        ledger.today = DECEMBER.replace(day=day)
        ledger.change_price(SALE, price)
    assert segments(ledger, DECEMBER) == [(SALE, "31.00", 21, "21.00"), (SALE, "62.00", 10, "20.00")]


@pytest.mark.parametrize(
    ("month", "half_up", "amount"),
    [
        # 29.90 x 10 / 28 = 10.6786
        (date(2027, 2, 1), False, "10.67"),
        (date(2027, 2, 1), True, "10.68"),
        # 29.90 x 11 / 29 = 11.3414
        (date(2028, 2, 1), True, "11.34"),
    ],
)
def test_february_has_28_or_29_days(ledger: Ledger, month: date, half_up: bool, amount: str) -> None:
    ledger.policies.append(Policy(daily=True, half_up=half_up))
    ledger.change_package(PACKAGE, price=Decimal("29.90"))
    ledger.sales[SALE].added_on = month.replace(day=19)
    assert owed(ledger, month) == amount


@pytest.mark.parametrize(("half_up", "amount"), [(True, "0.02"), (False, "0.01")])
def test_half_a_centavo(ledger: Ledger, half_up: bool, amount: str) -> None:
    """0.03 x 15 / 30 = 0.015."""
    ledger.policies.append(Policy(daily=True, half_up=half_up))
    ledger.change_price(SALE, Decimal("0.03"))
    ledger.sales[SALE].cancelled_on = date(2026, 11, 16)
    assert owed(ledger, NOVEMBER) == amount


def test_a_promotion_is_free_until_its_end_whatever_the_other_prices_are(ledger: Ledger) -> None:
    ledger.change_price(SALE, Decimal("62.00"))
    ledger.sales[SALE].promotions.append(Promotion(Decimal("0.00"), NOVEMBER, date(2026, 12, 16)))
    assert [owed(ledger, month) for month in (NOVEMBER, DECEMBER, JANUARY)] == ["0.00", "0.00", "62.00"]
    ledger.change_contract(PLAN, due_day=16)
    assert owed(ledger, DECEMBER) == "62.00"
    ledger.policies.append(DAILY)
    assert segments(ledger, DECEMBER) == [(SALE, "62.00", 16, "32.00")]


def test_days_without_a_price_add_nothing(ledger: Ledger) -> None:
    ledger.policies.append(DAILY)
    for day, price in ((11, None), (21, Decimal("31.00"))):
        ledger.today = DECEMBER.replace(day=day)
        ledger.change_package(PACKAGE, price=price)
    assert segments(ledger, DECEMBER) == [(SALE, "31.00", 21, "21.00")]


@pytest.mark.parametrize("minimum", ["15.01", "15.00"])
def test_less_than_the_minimum_is_not_owed(ledger: Ledger, minimum: str) -> None:
    sell_again(ledger, cancelled_on=date(2026, 12, 6), added_on=date(2026, 12, 22))
    ledger.policies.append(Policy(daily=True, minimum=Decimal(minimum)))
    assert owed(ledger, DECEMBER) == ("15.00" if minimum == "15.00" else "0.00")
    ledger.policies.append(Policy(minimum=Decimal("31.01")))
    assert owed(ledger, NOVEMBER) == "0.00"


def test_less_than_a_centavo_is_not_owed(ledger: Ledger) -> None:
    """0.01 x 15 / 31 = 0.0048."""
    ledger.policies.append(Policy(daily=True, half_up=True))
    ledger.change_price(SALE, Decimal("0.01"))
    ledger.sales[SALE].cancelled_on = date(2026, 12, 16)
    assert segments(ledger, DECEMBER) == []


@pytest.mark.parametrize("change", ["extra", "active", "allows_tv", "service_plan", "unknown"])
def test_what_is_not_offered_is_not_owed_from_that_day_on(ledger: Ledger, change: str) -> None:
    ledger.today = date(2026, 12, 15)
    if change == "allows_tv":
        ledger.set_allows_tv(1, False)
    elif change == "service_plan":
        ledger.change_contract(PLAN, service_plan=3)
    elif change == "unknown":
        ledger.change_contract(PLAN, service_plan=4)
    else:
        ledger.change_package(PACKAGE, **{change: False})
    assert [owed(ledger, month) for month in (DECEMBER, JANUARY)] == ["31.00", "0.00"]
    ledger.policies.append(DAILY)
    assert [owed(ledger, month) for month in (DECEMBER, JANUARY)] == ["14.00", "0.00"]


def test_nothing_is_owed_before_the_go_live_month(ledger: Ledger) -> None:
    ledger.go_live = DECEMBER
    assert [owed(ledger, month) for month in (NOVEMBER, DECEMBER)] == ["0.00", "31.00"]


def test_a_service_plan_has_its_own_policy_or_the_default(ledger: Ledger) -> None:
    ledger.policies += [
        Policy(daily=True, service_plan=2),
        Policy(arrears=True),
        Policy(service_plan=1, valid_from=JANUARY),
    ]
    assert ledger.policy(PLAN, DECEMBER) == Policy(arrears=True)
    assert ledger.policy(PLAN, JANUARY) == Policy(service_plan=1, valid_from=JANUARY)
    ledger.change_contract(PLAN, service_plan=2)
    assert ledger.policy(PLAN, DECEMBER) == Policy(daily=True, service_plan=2)


def test_a_policy_counts_from_its_month_on_until_a_newer_one_is_valid(ledger: Ledger) -> None:
    ledger.sales[SALE].cancelled_on = date(2027, 1, 16)
    ledger.policies.append(Policy(daily=True, valid_from=JANUARY))
    assert [owed(ledger, month) for month in (DECEMBER, JANUARY)] == ["31.00", "15.00"]
    ledger.policies.append(Policy())
    assert [owed(ledger, month) for month in (DECEMBER, JANUARY)] == ["31.00", "31.00"]


def test_a_due_date_bills_its_month_in_advance_or_the_one_before_in_arrears(ledger: Ledger) -> None:
    due = date(2027, 1, 10)
    assert ledger.billed_months(PLAN, due) == [JANUARY]
    assert ledger.billed_months(PLAN, due + timedelta(1)) == []
    ledger.policies.append(ARREARS)
    assert ledger.billed_months(PLAN, due) == [DECEMBER]


@pytest.mark.parametrize(
    ("due_day", "judged_on", "billed_in_december", "billed_in_january"),
    [(10, 31, [NOVEMBER], [DECEMBER, JANUARY]), (20, 20, [NOVEMBER, DECEMBER], [JANUARY])],
)
def test_a_service_plan_changed_on_15_december_from_arrears_to_advance(
    ledger: Ledger,
    due_day: int,
    judged_on: int,
    billed_in_december: list[date],
    billed_in_january: list[date],
) -> None:
    """December goes by the service plan of its billing day."""
    ledger.change_contract(PLAN, due_day=due_day)
    ledger.policies.append(Policy(arrears=True, service_plan=1))
    ledger.today = date(2026, 12, 15)
    ledger.change_contract(PLAN, service_plan=2)
    assert ledger.judging_day(PLAN, DECEMBER).day == judged_on
    assert ledger.billed_months(PLAN, DECEMBER.replace(day=due_day)) == billed_in_december
    assert ledger.billed_months(PLAN, JANUARY.replace(day=due_day)) == billed_in_january


def test_a_month_without_a_billing_day_is_judged_on_its_last_day_and_no_due_date_is_in_it(ledger: Ledger) -> None:
    ledger.change_contract(PLAN, due_day=20)
    ledger.today = date(2026, 12, 15)
    ledger.change_contract(PLAN, due_day=10)
    ledger.sales[SALE].added_on = date(2026, 12, 31)
    assert owed(ledger, DECEMBER) == "31.00"
    assert not any(ledger.covers(PLAN, DECEMBER + timedelta(number)) for number in range(31))
    ledger.sales[SALE].added_on = date(2027, 1, 1)
    assert owed(ledger, DECEMBER) == "0.00"


@pytest.mark.parametrize(("cancelled_on", "days"), [(None, 14), (11, 10), (20, 14)])
def test_a_contract_that_is_gone_owes_the_days_before(ledger: Ledger, cancelled_on: int | None, days: int) -> None:
    ledger.policies.append(DAILY)
    if cancelled_on is not None:
        ledger.client_plans[PLAN].cancelled_on = DECEMBER.replace(day=cancelled_on)
    ledger.today = date(2026, 12, 15)
    ledger.lose(PLAN)
    assert [owed(ledger, month) for month in (NOVEMBER, DECEMBER, JANUARY)] == ["31.00", f"{days}.00", "0.00"]
    assert ledger.covers(PLAN, date(2027, 1, 10))


def test_in_full_a_contract_that_is_gone_owes_the_months_before_it_went(ledger: Ledger) -> None:
    ledger.today = date(2026, 12, 15)
    ledger.lose(PLAN)
    assert [owed(ledger, month) for month in (NOVEMBER, DECEMBER, JANUARY)] == ["31.00", "31.00", "0.00"]
    ledger.policies.append(ARREARS)
    assert [owed(ledger, month) for month in (NOVEMBER, DECEMBER)] == ["31.00", "0.00"]
