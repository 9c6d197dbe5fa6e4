"""A year of due dates of the demo population, against an oracle that knows the rules and none of the SQL."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from itertools import islice

import pytest
from sqlalchemy import Engine

from include.sandbox.population.seed import seed
from multitv.billing import tv
from multitv.billing.due_date import due_dates
from multitv.billing.report import standard_report, tv_report
from multitv.billing.run import Tally
from multitv.billing.standard import bill_plans
from multitv.quality import books
from tests.support.databases import as_pipeline
from tests.support.isp import Isp
from tests.support.report_text import unpadded
from tests.support.settings import SETTINGS

pytestmark = pytest.mark.slow

ANCHOR = date(2026, 11, 23)
# Which due date charged a package of a client plan in a month, and as which client package.
Billed = dict[tuple[int, int, date], tuple[date, int]]
DUE_DAYS = (1, 5, 8, 10, 12, 15, 20, 25, 28, 29, 30, 31)


@pytest.fixture
def demo(engine: Engine) -> Isp:
    seed(engine, 400, ANCHOR)
    isp = Isp(as_pipeline(engine))
    isp.run("update tv.package set active = false where platform_uid = 'svc-antigo'")
    return isp


def oracle(isp: Isp, due: date, billed: Billed) -> dict[int, tuple[int, Decimal]]:
    """Charges and their sum by service plan, worked out row by row."""
    packages = {p.id: p for p in isp.run("select * from tv.package")}
    allows_tv = {s.service_plan_id for s in isp.run("select * from tv.service_plan_setting") if s.allows_tv}
    plans = {p.id: p for p in isp.run("select * from erp.client_plan")}
    charges: Counter[int] = Counter()
    amounts: defaultdict[int, Decimal] = defaultdict(Decimal)
    for sold in isp.run("select * from tv.client_package"):
        plan, package = plans[sold.client_plan_id], packages[sold.package_id]
        if min(plan.due_day, monthrange(due.year, due.month)[1]) != due.day:
            continue
        if plan.status != "active" or plan.activated_on > due or (plan.cancelled_on and plan.cancelled_on <= due):
            continue
        if plan.service_plan_id not in allows_tv or not package.active or not package.extra:
            continue
        if sold.added_on > due or (sold.cancelled_on is not None and sold.cancelled_on <= due):
            continue
        price = package.price if sold.price is None else sold.price
        if not price or billed.setdefault((plan.id, package.id, due.replace(day=1)), (due, sold.id)) != (due, sold.id):
            continue
        charges[plan.service_plan_id] += 1
        amounts[plan.service_plan_id] += price
    return {plan: (charges[plan], amounts[plan]) for plan in charges}


@pytest.mark.proof
def test_a_year_of_due_dates_is_billed_as_the_rules_say_plan_by_plan(demo: Isp) -> None:
    billed: Billed = {}
    total = Decimal()
    for due in islice(due_dates(DUE_DAYS, ANCHOR), 12 * 12):
        if due.month % 3:
            continue
        tv.save(demo.engine, due, SETTINGS)
        bill_plans(demo.engine, due)
        tv.settle(demo.engine, due, SETTINGS)
        books.check(demo.engine, books.BOOKS, due)
        expected = oracle(demo, due, billed)
        total += sum((amount for _, amount in expected.values()), Decimal())
        for table in (
            "select service_plan_id, charges, amount from billing.expectation join billing.run on id = run_id "
            "where due_date = :due and charges > 0",
            "select service_plan_id, count(*), sum(amount) from billing.event where due_date = :due "
            "and status = 'processed' group by 1",
            "select e.service_plan_id, count(*), sum(p.amount) from finance.posting as p "
            "join billing.event as e on e.id = p.billing_event_id "
            "join finance.invoice as i on i.id = p.invoice_id where i.due_date = :due group by 1",
        ):
            assert {plan: (charges, amount) for plan, charges, amount in demo.run(table, due=due)} == expected, due
    assert total > 1000


def test_the_report_shows_the_books_to_a_person(demo: Isp) -> None:
    due = date(2026, 12, 10)
    assert "Não há nada a faturar neste vencimento." in tv_report(demo.engine, date(2026, 12, 9))
    assert "não há faturas" in standard_report(demo.engine, date(2026, 12, 9))
    tv.save(demo.engine, due, SETTINGS)
    bill_plans(demo.engine, due)
    tv.settle(demo.engine, due, SETTINGS)
    [(charges, amount)] = demo.run("select count(*), sum(amount) from finance.posting where kind = 'tv_package'")
    sold = demo.run(
        "insert into tv.client_package (client_plan_id, package_id, price, added_on) "
        "select i.client_plan_id, p.id, 7.77, '2026-12-01' "
        "from finance.invoice as i join erp.client_plan as c on c.id = i.client_plan_id "
        "join tv.service_plan_setting as s on s.service_plan_id = c.service_plan_id and s.allows_tv "
        "cross join tv.package as p where p.active and p.extra and not exists (select 1 from tv.client_package as x "
        "where x.client_plan_id = i.client_plan_id and x.package_id = p.id) limit 1"
    )
    assert sold == 1
    report = unpadded(tv_report(demo.engine, due))
    shown = str(Tally(charges, amount))
    assert f"| total | {shown} | {shown} | {shown} | 0 | 0 |" in report
    assert "| pacote fora da plataforma |" in report
    assert "Cobranças novas desde que a lista foi salva: 1 (R$ 7,77). Execute" in report
    assert "| Plano " in standard_report(demo.engine, due)
