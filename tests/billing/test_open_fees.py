"""The plan fee of a month that no due date billed: posted with the next one if the policy says so, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from multitv.billing.open_months import OpenMonths
from multitv.billing.report import standard_report
from multitv.billing.standard import Invoiced, bill_plans
from multitv.offer.billing_policy import Policy, set_policy
from multitv.quality import books
from tests.support.life import DECEMBER, JANUARY, Life, moved, sold

DUE, NEXT, AFTER = date(2026, 12, 10), date(2027, 1, 10), date(2027, 2, 10)
FEE = Decimal("149.90")
BILLS = Policy(bills_open_months=True)


@pytest.fixture
def open_december(life: Life) -> Life:
    """Client plan 1, whose due day moved from 20 to 10 on the 12th, and another, billed on the 10th."""
    sold(life, due_day=20)
    life.isp.client_plan(due_day=10)
    life.bill(DUE)
    life.day(date(2026, 12, 12), moved(10))
    assert life.open_months(date(2026, 12, 31))[0].fees == 1
    return life


def fees_of(life: Life, client_plan: int = 1) -> list[tuple[date, date, Decimal]]:
    rows = life.isp.run(
        "select fee_month, due_date, amount from finance.posting_of_plans "
        "join finance.invoice as i on i.id = invoice_id where client_plan_id = :n order by 1",
        n=client_plan,
    )
    return [tuple(row) for row in rows]


def test_the_fee_of_an_open_month_is_posted_once_with_the_next_due_date(open_december: Life) -> None:
    life = open_december
    set_policy(life.isp.engine, "Ana", BILLS)
    assert bill_plans(life.isp.engine, NEXT) == Invoiced(invoices=2, postings=3, open_fees=1)
    assert fees_of(life) == [(DECEMBER, NEXT, FEE), (JANUARY, NEXT, FEE)]
    assert bill_plans(life.isp.engine, NEXT) == Invoiced(0, 0, 0)
    life.bill(NEXT)
    assert life.open_months(date(2027, 1, 31)) == []
    life.bill(AFTER)
    assert len(fees_of(life)) == 3
    for due in (DUE, NEXT, AFTER):
        life.books_hold(due)
    report = standard_report(life.isp.engine, NEXT)
    assert "Mensalidades de meses anteriores cobradas com este vencimento: 1 (R$ 149,90)." in report
    assert "nunca foram cobradas" not in report


def test_without_such_a_policy_the_fee_is_only_named(open_december: Life) -> None:
    assert bill_plans(open_december.isp.engine, NEXT) == Invoiced(2, 2, 0)
    assert fees_of(open_december) == [(JANUARY, NEXT, FEE)]
    report = standard_report(open_december.isp.engine, NEXT)
    assert "Mensalidades de meses anteriores que nunca foram cobradas: 1 (R$ 149,90)" in report


@pytest.mark.parametrize(
    ("policy", "service_plan", "posted"),
    [
        (BILLS, 1, True),
        (BILLS, 2, False),
        (Policy(bills_open_months=True, valid_from=JANUARY), None, False),
        (Policy(bills_open_months=True, valid_from=DECEMBER), None, True),
    ],
)
def test_the_policy_of_the_open_month_counts(
    open_december: Life, policy: Policy, service_plan: int | None, *, posted: bool
) -> None:
    set_policy(open_december.isp.engine, "Ana", policy, service_plan)
    bill_plans(open_december.isp.engine, NEXT)
    assert [month for month, _, _ in fees_of(open_december)] == ([DECEMBER, JANUARY] if posted else [JANUARY])


def test_the_fee_is_the_price_of_the_open_month(open_december: Life) -> None:
    life = open_december
    set_policy(life.isp.engine, "Ana", BILLS)
    life.day(date(2027, 1, 2), "update erp.service_plan set monthly_price = 200.00 where id = 1")
    assert life.open_months(date(2027, 1, 3)) == [OpenMonths(DECEMBER, 1, 1, 1, Decimal("180.90"))]
    bill_plans(life.isp.engine, NEXT)
    assert [amount for _, _, amount in fees_of(life)] == [FEE, Decimal("200.00")]


@pytest.mark.parametrize(
    "change",
    [
        "update erp.client_plan set status = 'suspended' where id = 1",
        "update erp.client_plan set status = 'cancelled', cancelled_on = '2027-01-05' where id = 1",
        "update erp.client_plan set service_plan_id = null where id = 1",
    ],
)
def test_a_contract_that_gets_no_invoice_gets_no_fee_either(open_december: Life, change: str) -> None:
    set_policy(open_december.isp.engine, "Ana", BILLS)
    open_december.isp.run("alter table erp.client_plan alter column service_plan_id drop not null")
    open_december.day(date(2027, 1, 5), change)
    bill_plans(open_december.isp.engine, NEXT)
    assert fees_of(open_december) == []


def test_a_closed_invoice_takes_no_fee_and_the_next_one_does(open_december: Life) -> None:
    life = open_december
    set_policy(life.isp.engine, "Ana", BILLS)
    life.isp.run("insert into finance.invoice (client_plan_id, due_date, status) values (1, :due, 'closed')", due=NEXT)
    bill_plans(life.isp.engine, NEXT)
    assert fees_of(life) == []
    life.open_months(date(2027, 1, 31))
    life.bill(AFTER)
    assert [month for month, _, _ in fees_of(life)] == [DECEMBER, JANUARY, date(2027, 2, 1)]
    assert {due for _, due, _ in fees_of(life)} == {AFTER}


def test_two_due_dates_at_once_post_the_fee_once(open_december: Life) -> None:
    life = open_december
    set_policy(life.isp.engine, "Ana", BILLS)

    def bill(turn: int) -> None:
        life.isp.run(moved(10 if turn % 2 else 20))
        bill_plans(life.isp.engine, NEXT if turn % 2 else date(2027, 1, 20))

    with ThreadPoolExecutor(4) as several:
        list(several.map(bill, range(12)))
    assert [month for month, _, _ in fees_of(life)] == [DECEMBER, JANUARY]
    for due in (NEXT, date(2027, 1, 20)):
        books.check(life.isp.engine, books.ONE_FEE, due)


def test_a_credit_finds_room_on_an_invoice_with_the_fee_of_an_open_month(open_december: Life) -> None:
    life = open_december
    set_policy(life.isp.engine, "Ana", BILLS)
    life.bill(NEXT)
    [(total,)] = life.isp.run(
        "select total from finance.total_of(:due, array(select id from finance.invoice where client_plan_id = 1 "
        "and due_date = :due))",
        due=NEXT,
    )
    assert total == 2 * FEE + 2 * Decimal("31.00")


def test_a_late_fee_that_nobody_recorded_is_an_offender(open_december: Life) -> None:
    life = open_december
    bill_plans(life.isp.engine, NEXT)
    life.isp.run(
        "insert into finance.posting (invoice_id, kind, amount, fee_client_plan_id, fee_month) "
        "select id, 'plan', 1, 1, '2026-12-01' from finance.invoice where client_plan_id = 1"
    )
    for due in (DUE, NEXT):
        with pytest.raises(books.CheckFailed, match="one_plan_fee"):
            books.check(life.isp.engine, books.ONE_FEE, due)
    with pytest.raises(IntegrityError):
        life.isp.run(
            "insert into finance.posting (invoice_id, kind, amount, fee_client_plan_id, fee_month) "
            "select id, 'plan', 1, 1, '2027-02-01' from finance.invoice where client_plan_id = 1"
        )
    life.isp.run("alter table finance.posting_of_plans disable trigger user")
    life.isp.run("delete from finance.posting_of_plans_2026_12 where amount = 1")
