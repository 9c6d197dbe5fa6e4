"""What is pending is counted kind by kind, to the cent, from what billing left behind; and nothing if nothing is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

from multitv.billing import tv
from multitv.billing.correction import correct
from multitv.billing.open_months import find_excess, find_open_months
from multitv.billing.standard import bill_plans
from multitv.billing.waivers import Month, decide
from multitv.erp import history
from multitv.event_codes import event_code
from multitv.reports import dashboard
from multitv.web.open_items import queries
from tests.support.databases import as_owner, as_pipeline, as_screens
from tests.support.isp import DUE, Isp
from tests.support.settings import SETTINGS

JANUARY = date(2027, 1, 10)
LATER = date(2027, 1, 31)
PLANS = (2, 3)


@pytest.fixture
def isp(engine: Engine) -> Isp:
    """Two client plans of a due date, with an extra of ten reais each."""
    made = Isp(as_owner(engine))
    made.offer_plans()
    package = made.package("10.00")
    for _ in range(2):
        made.sell(made.client_plan(), package)
    history.record(made.engine, date(2026, 11, 1), SETTINGS)
    return made


def counted(isp: Isp, today: date = LATER) -> list[tuple[Any, ...]]:
    """The figures, worked out as the tasks do: kind, due date, month, reason, client plans, items, fees, amount."""
    dashboard.refresh_open_items(as_pipeline(isp.engine), today)
    return [tuple(row) for row in isp.run("select * from reports.open_item order by kind, due_date, reference_month")]


def charge_of(isp: Isp, client_plan: int) -> int:
    """The event that charges a client plan on the due date."""
    [(event,)] = isp.run(
        "select id from billing.event where due_date = :due and client_plan_id = :plan and kind = 'charge'",
        due=DUE, plan=client_plan,
    )  # fmt: skip
    return int(event)


def pay_invoices(isp: Isp) -> None:
    isp.run("update finance.invoice set status = 'paid' where due_date = :due", due=DUE)


def listed(isp: Isp, kind: queries.Kind, **chosen: Any) -> list[queries.OpenItem]:
    found = queries.page(as_screens(isp.engine), kind, queries.Filter(**chosen)).rows
    assert [item for items in queries.whole(as_screens(isp.engine), kind, queries.Filter(**chosen), 1)
            for item in items] == found  # fmt: skip
    return found


def test_nothing_is_pending_of_what_is_settled(isp: Isp) -> None:
    isp.bill(DUE)
    assert counted(isp) == []


def test_a_saved_due_date_is_pending_once_it_is_past(isp: Isp) -> None:
    tv.save(isp.engine, DUE, SETTINGS)
    assert counted(isp, DUE) == []
    assert counted(isp) == [("overdue_charges", DUE, None, None, 2, 2, 0, Decimal("20.00"))]
    rows = listed(isp, "overdue_charges", due_date=DUE)
    assert {(row.client_plan_id, row.amount, row.reason, *row.event_codes) for row in rows} == {
        (plan, Decimal("10.00"), "não há fatura neste vencimento", event_code(charge_of(isp, plan))) for plan in PLANS
    }
    assert rows[0].explanation.startswith("Pacote 1 em 12/2026: R$ 10,00 (mês cheio, preço do pacote")
    assert listed(isp, "overdue_charges") == []


@pytest.mark.parametrize("few", [0, 10_000])
def test_the_list_is_the_same_whether_few_or_many_are_pending(
    isp: Isp, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(dashboard, "_FEW", few)
    tv.save(isp.engine, DUE, SETTINGS)
    counted(isp)
    assert len(isp.run("select from reports.overdue_charge")) == (2 if few else 0)
    assert {row.client_plan_id for row in listed(isp, "overdue_charges", due_date=DUE)} == {*PLANS}
    bill_plans(isp.engine, DUE)
    tv.settle(isp.engine, DUE, SETTINGS)
    assert listed(isp, "overdue_charges", due_date=DUE) == []


def test_a_charge_without_an_open_invoice_waits_for_a_later_one(isp: Isp) -> None:
    tv.save(isp.engine, DUE, SETTINGS)
    bill_plans(isp.engine, DUE)
    pay_invoices(isp)
    tv.settle(isp.engine, DUE, SETTINGS)
    assert counted(isp) == [
        ("carried_charges", DUE, None, None, 2, 2, 0, Decimal("20.00")),
        ("overdue_charges", DUE, None, None, 2, 2, 0, Decimal("20.00")),
    ]
    for kind in ("carried_charges", "overdue_charges"):
        rows = listed(isp, kind, due_date=DUE)
        assert {row.reason for row in rows} == {"espera a próxima fatura aberta do cliente"}
        assert sum(row.amount for row in rows) == Decimal("20.00")


def test_a_credit_waits_for_an_invoice_and_is_then_to_be_paid_out(isp: Isp) -> None:
    isp.bill(DUE)
    pay_invoices(isp)
    credit = correct(isp.engine, charge_of(isp, PLANS[0]), "reverse", reason="engano", author="Ana").reversal_event
    assert counted(isp) == [("waiting_credits", None, None, None, 1, 1, 0, Decimal("10.00"))]
    [row] = listed(isp, "waiting_credits")
    assert (row.event_ids, row.amount, row.reason) == (
        [credit], Decimal("10.00"), "não há fatura aberta em que o crédito caiba",
    )  # fmt: skip
    isp.run("update erp.client_plan set status = 'cancelled', cancelled_on = '2026-12-20' where id = :id", id=PLANS[0])
    isp.bill(JANUARY)
    assert counted(isp) == [("payouts", None, None, None, 1, 1, 0, Decimal("10.00"))]
    [row] = listed(isp, "payouts")
    assert (row.client, row.amount, row.reason) == (f"Cliente {PLANS[0]}", Decimal("10.00"), "engano")
    assert row.explanation.startswith("Estorno de Pacote 1 em 12/2026: R$ -10,00")


def test_open_months_are_counted_by_month_until_they_are_waived(isp: Isp) -> None:
    isp.bill(date(2026, 12, 5))
    find_open_months(isp.engine, SETTINGS, date(2026, 12, 31))
    assert counted(isp) == [("open_months", None, date(2026, 12, 1), None, 2, 4, 2, Decimal("319.80"))]
    rows = listed(isp, "open_months", month=date(2026, 12, 1))
    assert [(row.client_plan_id, row.package, row.amount) for row in rows] == [
        (plan, package, Decimal(amount))
        for plan in PLANS
        for package, amount in ((None, "149.90"), ("Pacote 1", "10.00"))
    ]
    for row in rows:
        month = Month(row.client_plan_id, row.package_id or 0, row.reference_month)
        decide(as_screens(isp.engine), "Ana", "waive_month", month, reason="cortesia")
    assert counted(isp) == []
    waived = listed(isp, "waived_months")
    assert {(row.reason, row.explanation.partition(";")[2].split(" em ")[0]) for row in waived} == {
        ("cortesia", " dispensado por Ana")
    }


def test_an_excess_is_counted_by_due_date_and_reason_until_its_event_is_corrected(isp: Isp) -> None:
    isp.bill(DUE)
    isp.run("update tv.client_package set cancelled_on = '2026-12-01' where client_plan_id = :id", id=PLANS[0])
    history.record(isp.engine, date(2026, 12, 2), SETTINGS)
    found = find_excess(isp.engine, [date(2026, 12, 5), DUE])
    assert [(one.due_date, one.reason, one.charged.amount) for one in found] == [
        (DUE, "package_cancelled", Decimal("10.00"))
    ]
    assert counted(isp) == [("excess_charges", DUE, None, "package_cancelled", 1, 1, 0, Decimal("10.00"))]
    charge = charge_of(isp, PLANS[0])
    [row] = listed(isp, "excess_charges", due_date=DUE, reason="package_cancelled")
    assert (row.event_codes, row.reason) == ([event_code(charge)], "pacote cancelado")
    assert listed(isp, "excess_charges", reason="free") == []
    correct(isp.engine, charge, "reverse", reason="cancelado antes", author="Ana")
    assert listed(isp, "excess_charges") == []
    assert find_excess(isp.engine, [DUE]) == []
