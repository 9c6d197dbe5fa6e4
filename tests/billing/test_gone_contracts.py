"""Contracts that the ERP does not show any more, or whose service plan it does not list: what they used is owed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from multitv.offer.billing_policy import Policy, set_policy
from tests.support.life import DECEMBER, JANUARY, NOVEMBER, Life, moved, sold, unchanged

GONE = "delete from erp.client_plan where id = 1"
DAILY, ARREARS = Policy(proration="daily"), Policy(timing="arrears")


@pytest.fixture
def served(life: Life) -> Life:
    """A package for 31.00, and another client's, without whom the ERP would be empty."""
    sold(life, due_day=20)
    life.isp.client_plan(due_day=20)
    life.day(date(2026, 11, 2))
    return life


def postings(life: Life) -> list[Decimal]:
    rows = life.isp.run(
        "select amount from finance.posting join finance.invoice as i on i.id = invoice_id "
        "where client_plan_id = 1 and kind = 'tv_package' order by 1"
    )
    return [row.amount for row in rows]


def test_by_days_those_before_it_was_gone_are_charged_and_posted(served: Life) -> None:
    set_policy(served.isp.engine, "Ana", DAILY)
    served.day(date(2026, 12, 15), GONE)
    due = date(2026, 12, 20)
    served.bill(due)
    assert served.charged() == postings(served) == [Decimal("14.00")]
    assert unchanged(served, due)
    served.bill(date(2027, 1, 20))
    assert served.charged(JANUARY) == []


@pytest.mark.parametrize("gone", [date(2026, 12, 5), date(2026, 12, 20)])
def test_in_arrears_the_month_before_it_was_gone_is_charged(served: Life, gone: date) -> None:
    set_policy(served.isp.engine, "Ana", ARREARS)
    served.day(gone, GONE)
    due = date(2026, 12, 20)
    served.bill(due)
    assert served.charged(NOVEMBER) == postings(served) == [Decimal("31.00")]
    served.bill(date(2027, 1, 20))
    assert served.charged() == []


def test_in_arrears_by_days_the_last_month_is_charged_with_the_due_date_after(served: Life) -> None:
    set_policy(served.isp.engine, "Ana", Policy(proration="daily", timing="arrears"))
    served.bill(date(2026, 12, 20))
    served.day(date(2026, 12, 23), GONE)
    due = date(2027, 1, 20)
    served.bill(due)
    assert served.charged() == [Decimal("22.00")]
    assert unchanged(served, due)


def test_in_full_a_contract_gone_before_its_billing_day_is_only_named(served: Life) -> None:
    served.day(date(2026, 12, 15), GONE)
    due = date(2026, 12, 20)
    served.bill(due)
    assert served.charged() == []
    assert served.exclusions(due) == [(DECEMBER, "client_plan_cancelled")]
    served.bill(date(2027, 1, 20))
    assert served.exclusions(date(2027, 1, 20)) == []


def test_an_end_that_was_stated_before_it_was_gone_counts(served: Life) -> None:
    set_policy(served.isp.engine, "Ana", DAILY)
    served.day(date(2026, 12, 8), "update erp.client_plan set cancelled_on = '2026-12-11' where id = 1")
    served.day(date(2026, 12, 15), GONE)
    served.bill(date(2026, 12, 20))
    assert served.charged() == [Decimal("10.00")]


@pytest.mark.parametrize("bills", [False, True])
def test_its_open_month_is_named_or_billed(served: Life, *, bills: bool) -> None:
    set_policy(served.isp.engine, "Ana", Policy(proration="daily", bills_open_months=bills))
    served.isp.client_plan(due_day=10)
    served.day(date(2026, 12, 1))
    served.bill(date(2026, 12, 10))
    served.day(date(2026, 12, 12), moved(10))
    served.day(date(2026, 12, 28), GONE)
    [month] = served.open_months(date(2026, 12, 31))
    assert (month.packages, month.reference_month) == (1, DECEMBER)
    due = date(2027, 1, 10)
    served.bill(due)
    assert served.charged() == ([Decimal("27.00")] if bills else [])
    assert served.exclusions(due) == ([] if bills else [(DECEMBER, "open_month")])
    assert unchanged(served, due)


def test_what_was_charged_for_the_days_after_is_too_much(served: Life) -> None:
    set_policy(served.isp.engine, "Ana", Policy(proration="daily", adjusts=True))
    due = date(2026, 12, 20)
    served.bill(due)
    served.day(date(2026, 12, 28), GONE)
    assert served.excess(due) == [("charged_more", Decimal("4.00"))]
    served.bill(due)
    served.bill(date(2027, 1, 20))
    assert served.excess(due) == []
    given_back = served.isp.run("select amount from billing.event where kind = 'reversal'")
    assert [row.amount for row in given_back] == [Decimal("-4.00")]


def test_a_contract_that_is_shown_again_goes_on(served: Life) -> None:
    set_policy(served.isp.engine, "Ana", DAILY)
    served.day(date(2026, 12, 5), GONE)
    served.day(
        date(2026, 12, 12),
        "insert into erp.client_plan select client_plan_id, client_id, service_plan_id, status, due_day, "
        "'2026-01-01', null from history.client_plan where client_plan_id = 1",
    )
    served.bill(date(2026, 12, 20))
    assert served.charged() == [Decimal("31.00")]


def test_nothing_of_a_contract_that_was_gone_before_the_month_is_listed(served: Life) -> None:
    set_policy(served.isp.engine, "Ana", DAILY)
    served.day(date(2026, 12, 1), GONE)
    served.bill(date(2026, 12, 20))
    assert (served.charged(), served.exclusions(date(2026, 12, 20))) == ([], [])


# A service plan that the ERP does not list


@pytest.mark.parametrize(
    ("policies", "charged"),
    [
        ([(Policy(proration="daily"), 99)], ["14.00"]),
        ([(Policy(proration="daily"), None)], ["14.00"]),
        ([(Policy(proration="daily"), 99), (Policy(), None)], ["14.00"]),
        ([(Policy(), 99), (Policy(proration="daily"), None)], []),
        ([], []),
    ],
)
def test_a_cancelled_contract_on_an_unknown_service_plan_has_its_policy(
    served: Life, policies: list[tuple[Policy, int | None]], charged: list[str]
) -> None:
    for policy, service_plan in policies:
        served.isp.run(
            "insert into billing.policy (proration, timing, minimum_amount, service_plan_id, author) "
            "values (:proration, :timing, 0, :service_plan, 'Ana')",
            proration=policy.proration,
            timing=policy.timing,
            service_plan=service_plan,
        )
    served.day(
        date(2026, 12, 15),
        "update erp.client_plan set service_plan_id = 99, status = 'cancelled', cancelled_on = '2026-12-15' "
        "where id = 1",
    )
    served.bill(date(2026, 12, 20))
    assert served.charged() == [Decimal(amount) for amount in charged]
