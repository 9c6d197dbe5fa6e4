"""A client plan pays one fee a month, whatever its due day does."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.exc import DataError, IntegrityError

from multitv.billing.report import standard_report
from multitv.billing.standard import Invoiced, bill_plans
from multitv.quality import books
from tests.support.isp import DUE, Isp

LATER = date(2026, 12, 20)
JANUARY = date(2027, 1, 20)
FEE = Decimal("149.90")


def move_due_day(isp: Isp, client_plan: int, due_day: int) -> None:
    isp.run("update erp.client_plan set due_day = :day where id = :plan", day=due_day, plan=client_plan)


@pytest.fixture
def moved(isp: Isp) -> int:
    """A client plan whose due day moved from 10 to 20 after its fee was posted on the 10th."""
    plan = isp.client_plan(due_day=10)
    bill_plans(isp.engine, DUE)
    move_due_day(isp, plan, 20)
    return plan


def test_a_due_day_that_moves_forward_costs_no_second_fee(isp: Isp, moved: int) -> None:
    other = isp.client_plan(due_day=20)
    # An invoice all the same: it may carry TV extras.
    assert bill_plans(isp.engine, LATER) == Invoiced(invoices=2, postings=1)
    assert isp.postings() == [(moved, "plan", FEE), (other, "plan", FEE)]
    assert bill_plans(isp.engine, JANUARY) == Invoiced(invoices=2, postings=2)
    books.check(isp.engine, books.BOOKS, LATER)


def test_a_due_day_that_moves_back_costs_no_second_fee(isp: Isp) -> None:
    plan = isp.client_plan(due_day=20)
    bill_plans(isp.engine, LATER)
    move_due_day(isp, plan, 10)
    assert bill_plans(isp.engine, DUE) == Invoiced(invoices=1, postings=0)
    assert isp.postings() == [(plan, "plan", FEE)]


@pytest.mark.parametrize("change", ["service_plan_id = 2", "due_day = 20", "activated_on = '2026-12-15'"])
def test_whatever_else_changes_costs_no_second_fee(isp: Isp, moved: int, change: str) -> None:
    isp.run(f"update erp.client_plan set {change}")  # noqa: S608
    for due_date in (DUE, LATER, date(2026, 12, 31), DUE):
        bill_plans(isp.engine, due_date)
    assert isp.postings() == [(moved, "plan", FEE)]


def test_a_fee_that_was_never_posted_is_posted_on_the_later_invoice(isp: Isp) -> None:
    plan = isp.client_plan(due_day=10)
    isp.run("insert into finance.invoice (client_plan_id, due_date, status) values (:p, :d, 'closed')", p=plan, d=DUE)
    assert bill_plans(isp.engine, DUE) == Invoiced(0, 0)
    move_due_day(isp, plan, 20)
    assert bill_plans(isp.engine, LATER) == Invoiced(1, 1)


def test_the_list_names_whoever_paid_before_with_the_invoice_that_has_the_fee(isp: Isp, moved: int) -> None:
    bill_plans(isp.engine, LATER)
    [(invoice,)] = isp.run("select id from finance.invoice where due_date = :due", due=DUE)
    books.warn_of(isp.engine, books.FEES, LATER)
    offenders = [row[0] for row in isp.run("select offender from quality.offender where due_date = :d", d=LATER)]
    assert offenders == [
        f"client plan {moved}: its fee of 2026-12 (149.90) is on invoice {invoice} of due date 2026-12-10 already"
    ]
    report = standard_report(isp.engine, LATER)
    assert re.search(rf"^\| {moved} +\| {invoice} +\| 10/12/2026 +\| R\$ 149,90 +\|$", report, re.MULTILINE)
    assert "1 plano de cliente mudou de vencimento e já tem a mensalidade deste mês em outra fatura." in report
    assert "mudou" not in standard_report(isp.engine, DUE)


def test_two_due_dates_of_a_month_at_once_post_one_fee(isp: Isp) -> None:
    plan = isp.client_plan(due_day=10)

    def bill(turn: int) -> None:
        move_due_day(isp, plan, 10 if turn % 2 else 20)
        bill_plans(isp.engine, DUE if turn % 2 else LATER)

    with ThreadPoolExecutor(8) as several:
        list(several.map(bill, range(24)))
    assert isp.postings() == [(plan, "plan", FEE)]


def test_a_key_refuses_a_second_fee_whoever_writes_it(isp: Isp, moved: int) -> None:
    bill_plans(isp.engine, LATER)
    with pytest.raises(IntegrityError, match="fee_client_plan_id_fee_month"):
        isp.run(
            "insert into finance.posting (invoice_id, kind, amount, fee_client_plan_id, fee_month) "
            "select id, 'plan', 1, client_plan_id, '2026-12-01' from finance.invoice where due_date = :due",
            due=LATER,
        )


FEE_OF_EACH = (
    "insert into finance.posting (invoice_id, kind, amount, fee_client_plan_id, fee_month) "
    "select id, 'plan', 1, client_plan_id, '2026-12-01' from finance.invoice where due_date = '2026-12-20'"
)


def test_fees_that_an_erp_wrote_are_not_posted_again(isp: Isp, moved: int) -> None:
    other, third = isp.client_plan(due_day=20), isp.client_plan(due_day=20)
    isp.run("insert into finance.invoice (client_plan_id, due_date) values (:plan, :due)", plan=other, due=LATER)
    isp.run(FEE_OF_EACH)
    assert bill_plans(isp.engine, LATER) == Invoiced(invoices=2, postings=1)
    assert isp.postings() == [(moved, "plan", FEE), (other, "plan", Decimal("1.00")), (third, "plan", FEE)]


def test_many_fees_at_once_are_checked_like_a_single_one(isp: Isp, moved: int) -> None:
    isp.run(
        "insert into finance.invoice (client_plan_id, due_date) "
        "select 1000 + n, :due from generate_series(1, 10001) as n",
        due=LATER,
    )
    with pytest.raises(IntegrityError, match="what its invoice_id points at"):
        isp.run(FEE_OF_EACH.replace("client_plan_id, '", "client_plan_id + client_plan_id / 11001, '"))
    assert isp.run(FEE_OF_EACH) == 10001


@pytest.mark.parametrize("parent", ["finance.posting_of_plans", "finance.invoice"])
def test_a_day_within_a_month_gets_no_partition_of_plan_fees(isp: Isp, parent: str) -> None:
    with pytest.raises(DataError, match=f"{parent} is not filled by 2026-12-10"):
        isp.run("select billing.create_incoming(:parent, :due)", parent=parent, due=DUE)


@pytest.mark.parametrize(
    ("constraint", "columns"),
    [
        ("what its invoice_id points at", "client_plan_id + 1, date '2026-12-01'"),
        ("posting_fee", "client_plan_id, date '2026-12-02'"),
        ("posting_fee", "client_plan_id, cast(null as date)"),
        ("posting_fee", "cast(null as bigint), date '2026-12-01'"),
    ],
)
def test_a_fee_is_of_its_invoices_client_plan_and_of_a_month(
    isp: Isp, moved: int, constraint: str, columns: str
) -> None:
    bill_plans(isp.engine, LATER)
    with pytest.raises(IntegrityError, match=f"{constraint}|no partition"):
        isp.run(
            f"with wrong as (select id, {columns} from finance.invoice where due_date = :due) "  # noqa: S608
            "insert into finance.posting (invoice_id, fee_client_plan_id, fee_month, kind, amount) "
            "select wrong.*, 'plan', 1 from wrong",
            due=LATER,
        )


def test_a_fee_on_an_invoice_of_another_month_is_found(isp: Isp, moved: int) -> None:
    books.check(isp.engine, ("one_plan_fee",), DUE)
    isp.run("update finance.invoice set due_date = '2026-12-11'")
    books.check(isp.engine, ("one_plan_fee",), DUE)
    isp.run("update finance.invoice set due_date = '2027-01-10'")
    with pytest.raises(books.CheckFailed, match=f"fee of client plan {moved}"):
        books.check(isp.engine, ("one_plan_fee",), DUE)
