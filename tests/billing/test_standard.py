"""The standard billing of a due date."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from multitv.billing import tv
from multitv.billing.run import BillingRun
from multitv.billing.standard import Invoiced, bill_plans, record_failure, standard_billing
from multitv.erp.facts import ErpEmpty
from multitv.quality import books
from tests.support.isp import DUE, Isp
from tests.support.settings import SETTINGS


def recorded(isp: Isp) -> BillingRun:
    run = standard_billing(isp.engine, DUE)
    assert run is not None
    return run


def test_every_active_plan_that_is_due_gets_one_invoice(isp: Isp) -> None:
    plan = isp.client_plan()
    isp.client_plan(status="suspended")
    isp.client_plan(status="cancelled")
    isp.client_plan(due_day=11)
    assert bill_plans(isp.engine, DUE) == Invoiced(1, 1)
    assert isp.postings() == [(plan, "plan", Decimal("149.90"))]
    assert recorded(isp).status == "closed"


def test_a_second_run_changes_nothing(isp: Isp) -> None:
    isp.client_plan()
    bill_plans(isp.engine, DUE)
    before = isp.tables()
    assert bill_plans(isp.engine, DUE) == Invoiced(0, 0)
    assert isp.tables() == before


def test_a_closed_due_date_is_completed_with_what_the_erp_did_not_show_at_first(isp: Isp) -> None:
    first = isp.client_plan()
    bill_plans(isp.engine, DUE)
    [closed] = isp.run("select * from billing.run")
    late = isp.client_plan()
    assert bill_plans(isp.engine, DUE) == Invoiced(1, 1)
    assert isp.postings() == [(first, "plan", Decimal("149.90")), (late, "plan", Decimal("149.90"))]
    assert isp.run("select * from billing.run") == [closed]


def test_an_empty_erp_closes_nothing(isp: Isp) -> None:
    with pytest.raises(ErpEmpty, match=r"erp.client_plan is empty.*Nothing was written"):
        bill_plans(isp.engine, DUE)
    assert isp.run("select * from billing.run") == []


def test_a_plan_that_costs_nothing_has_an_invoice_without_a_posting(isp: Isp) -> None:
    isp.run("update erp.service_plan set monthly_price = 0")
    isp.client_plan()
    assert bill_plans(isp.engine, DUE) == Invoiced(1, 0)


def test_a_recorded_failure_is_cleared_by_a_run_that_succeeds(isp: Isp) -> None:
    isp.client_plan()
    record_failure(isp.engine, DUE, "database_unavailable", "the ERP was away")
    run = recorded(isp)
    assert (run.status, run.reason) == ("failed", "the ERP was away")
    bill_plans(isp.engine, DUE)
    run = recorded(isp)
    assert (run.status, run.reason) == ("closed", None)


def test_a_late_failure_does_not_reopen_what_is_closed(isp: Isp) -> None:
    isp.client_plan()
    bill_plans(isp.engine, DUE)
    record_failure(isp.engine, DUE, "task_killed", "a second try was killed")
    assert recorded(isp).status == "closed"


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ("update erp.service_plan set monthly_price = -5.00 where id = 1", "service plan 1 costs -5.00"),
        ("delete from erp.service_plan where id = 1", "service plan 1 does not exist"),
        (
            "alter table erp.service_plan alter column monthly_price drop not null; "
            "update erp.service_plan set monthly_price = null where id = 1",
            "service plan 1 costs nothing that is written down, 1 client plans have it",
        ),
        (
            "alter table erp.service_plan drop constraint service_plan_pkey; "
            "insert into erp.service_plan values (1, 'Fibra 500 + TV', 149.90)",
            "service plan 1 is listed 2 times, 1 client plans have it",
        ),
    ],
)
def test_an_impossible_monthly_price_is_named(
    isp: Isp, caplog: pytest.LogCaptureFixture, damage: str, named: str
) -> None:
    isp.client_plan()
    for statement in damage.split("; "):
        isp.run(statement)
    books.warn_of(isp.engine, books.PLANS, DUE)
    assert named in caplog.text
    assert bill_plans(isp.engine, DUE) == Invoiced(0, 0)


def test_a_client_plan_that_an_erp_view_repeats_is_named_and_gets_no_invoice(
    isp: Isp, caplog: pytest.LogCaptureFixture
) -> None:
    twice, once = isp.client_plan(), isp.client_plan()
    isp.run("alter table erp.client_plan rename to client_plan_of_the_erp")
    isp.run("create view erp.repeated as select * from erp.client_plan_of_the_erp where id = 1")
    isp.run(
        "create view erp.client_plan as select * from erp.client_plan_of_the_erp union all select * from erp.repeated"
    )
    # An ISP's views are the ISP's to grant.
    isp.run("grant select on erp.client_plan to multitv_pipeline")
    books.warn_of(isp.engine, books.PLANS, DUE)
    assert f"client plan {twice} of client {twice} is not billed: listed_twice" in caplog.text
    assert bill_plans(isp.engine, DUE) == Invoiced(1, 1)
    assert isp.postings() == [(once, "plan", Decimal("149.90"))]


def test_an_erp_that_bills_its_plans_itself_closes_the_due_date_as_documented(isp: Isp, repository: Path) -> None:
    plan = isp.client_plan()
    sold = isp.sell(plan, isp.package("10.00"))
    tv.save(isp.engine, DUE, SETTINGS)
    isp.run("insert into finance.invoice (client_plan_id, due_date) values (:plan, :due)", plan=plan, due=DUE)
    [statement] = re.findall(r"^ +(insert into billing.run .*);$", (repository / "docs/erp.md").read_text(), re.M)
    assert str(DUE) in statement
    isp.run(statement)
    tv.settle(isp.engine, DUE, SETTINGS)
    assert isp.events() == {sold: ("processed", Decimal("10.00"))}
    assert isp.postings() == [(plan, "tv_package", Decimal("10.00"))]
