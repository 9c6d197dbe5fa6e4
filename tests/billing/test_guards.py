"""What the database refuses, whatever the code does."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from multitv.billing import tv
from multitv.billing.standard import bill_plans
from tests.billing.isp import DUE, Isp


@pytest.fixture
def settled(isp: Isp) -> Isp:
    plan, package = isp.client_plan(), isp.package()
    isp.sell(plan, package)
    isp.sell(plan, package, added_on=date(2026, 1, 1), cancelled_on=date(2026, 2, 1))
    tv.save(isp.engine, DUE)
    bill_plans(isp.engine, DUE)
    tv.settle(isp.engine, DUE)
    return isp


@pytest.mark.parametrize(
    "edit",
    [
        "update finance.posting set amount = 1",
        "delete from finance.posting",
        "truncate finance.posting cascade",
        "update billing.event set amount = 1",
        "update billing.event set status = 'cancelled', cancelled_at = now(), cancel_reason = 'x'",
        "delete from billing.event",
        "truncate billing.event cascade",
    ],
)
def test_what_is_posted_cannot_be_edited(settled: Isp, edit: str) -> None:
    before = settled.tables()
    with pytest.raises(DBAPIError, match="is append-only"):
        settled.run(edit)
    assert settled.tables() == before


@pytest.mark.parametrize(
    ("constraint", "edit"),
    [
        (
            "event_live_charge",
            "insert into billing.event (run_id, client_plan_id, service_plan_id, client_package_id, package_id, "
            "due_date, reference_month, kind, amount, price_source) select run_id, client_plan_id + 1, "
            "service_plan_id, client_package_id, package_id, '2026-12-20', reference_month, kind, amount, "
            "price_source from billing.event",
        ),
        (
            "event_live_package",
            "insert into billing.event (run_id, client_plan_id, service_plan_id, client_package_id, package_id, "
            "due_date, reference_month, kind, amount, price_source) select run_id, event.client_plan_id, "
            "service_plan_id, other.id, event.package_id, due_date, reference_month, kind, amount, price_source "
            "from billing.event as event join tv.client_package as other on other.id <> event.client_package_id",
        ),
        (
            "posting_billing_event_id_key",
            "insert into finance.posting (invoice_id, kind, amount, billing_event_id) "
            "select invoice_id, kind, amount, billing_event_id from finance.posting where kind = 'tv_package'",
        ),
        (
            "posting_one_plan_an_invoice",
            "insert into finance.posting (invoice_id, kind, amount) select id, 'plan', 1 from finance.invoice",
        ),
        (
            "invoice_client_plan_id_due_date_key",
            "insert into finance.invoice (client_plan_id, due_date) "
            "select client_plan_id, due_date from finance.invoice",
        ),
        (
            "run_kind_due_date_key",
            "insert into billing.run (kind, due_date, status) values ('tv', '2026-12-10', 'open')",
        ),
        ("client_package_price_check", "update tv.client_package set price = -0.01"),
        ("package_price_check", "update tv.package set price = -0.01"),
    ],
)
def test_a_constraint_refuses_it(settled: Isp, constraint: str, edit: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        settled.run(edit)


def test_a_package_is_sold_to_a_client_plan_once_on_any_day(isp: Isp) -> None:
    plan, package = isp.client_plan(), isp.package()
    isp.sell(plan, package, cancelled_on=date(2026, 8, 1))
    isp.sell(plan, package, added_on=date(2026, 8, 1))
    with pytest.raises(IntegrityError, match="client_package_once_a_day"):
        isp.sell(plan, package, added_on=date(2026, 7, 31), cancelled_on=date(2026, 8, 2))
