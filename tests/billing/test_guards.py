"""What the database refuses, whatever the code does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from multitv.billing import tv
from multitv.billing.run import lock_due_date
from multitv.billing.standard import bill_plans
from tests.support.concurrency import until_waiting
from tests.support.databases import as_owner
from tests.support.isp import DUE, Isp
from tests.support.settings import SETTINGS

pytestmark = pytest.mark.slow


@pytest.fixture
def settled(isp: Isp) -> Isp:
    plan, package = isp.client_plan(), isp.package()
    isp.sell(plan, package)
    isp.sell(plan, package, added_on=date(2026, 1, 1), cancelled_on=date(2026, 2, 1))
    tv.save(isp.engine, DUE, SETTINGS)
    bill_plans(isp.engine, DUE)
    tv.settle(isp.engine, DUE, SETTINGS)
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
        "truncate billing.event_record cascade",
        "truncate billing.event_record_2026_12_10 cascade",
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
            "event_live_charge",
            "insert into billing.event (run_id, client_plan_id, service_plan_id, client_package_id, package_id, "
            "due_date, reference_month, segment, kind, amount, price, price_source, days, days_before, value_before, "
            "denominator) select run_id, client_plan_id, service_plan_id, client_package_id, package_id, due_date, "
            "reference_month, 2, kind, 16, 31, price_source, 16, 15, 465, 31 from billing.event",
        ),
        (
            "event_record_2026_12_10_client_package_id_reference_month_d_idx",
            "insert into billing.event (run_id, client_plan_id, service_plan_id, client_package_id, package_id, "
            "due_date, reference_month, kind, amount, price_source) select run_id, client_plan_id + 1, "
            "service_plan_id, client_package_id, package_id, due_date, reference_month, kind, amount, "
            "price_source from billing.event",
        ),
        (
            "event_record_2026_12_10_client_plan_id_package_id_reference_idx",
            "insert into billing.event (run_id, client_plan_id, service_plan_id, client_package_id, package_id, "
            "due_date, reference_month, kind, amount, price_source) select run_id, event.client_plan_id, "
            "service_plan_id, other.id, event.package_id, due_date, reference_month, kind, amount, price_source "
            "from billing.event as event join tv.client_package as other on other.id <> event.client_package_id",
        ),
        (
            "posting_2026_12_10_id_event_due_date_fee_month_idx",
            "insert into finance.posting (id, invoice_id, kind, amount, billing_event_id, event_due_date) select id, "
            "invoice_id, kind, amount, billing_event_id, event_due_date from finance.posting where kind <> 'plan'",
        ),
        (
            "posting_of_plans_2026_12_fee_client_plan_id_fee_month_idx",
            "insert into finance.posting (invoice_id, kind, amount, fee_client_plan_id, fee_month) "
            "select id, 'plan', 1, client_plan_id, '2026-12-01' from finance.invoice",
        ),
        (
            "posting_event",
            "insert into finance.posting (id, invoice_id, kind, amount, billing_event_id, event_due_date) "
            "select id + 1, invoice_id, kind, amount, billing_event_id, event_due_date from finance.posting "
            "where kind <> 'plan'",
        ),
        (
            "numbered",
            "insert into billing.event (id, run_id, client_plan_id, service_plan_id, client_package_id, package_id, "
            "due_date, reference_month, kind, amount, price_source) select 5, run_id, client_plan_id, service_plan_id, "
            "client_package_id, package_id, due_date, reference_month, 'reversal', -1, price_source from billing.event",
        ),
        ("by its posting alone", "insert into billing.event (id, status) values (1, 'processed')"),
        (
            "event_live_charge",
            "select billing.open_incoming('billing.event_record', '2026-12-20'); "
            "insert into pg_temp.incoming_event_record select 2026122000000001 as id, run_id, client_plan_id, "
            "service_plan_id, client_package_id, package_id, date '2026-12-20' as due_date, reference_month, kind, "
            "amount, price, price_source, days, days_before, denominator, policy_id, reversed, cancel_reason, "
            "created_at, cancelled_at, segment from billing.event_record; "
            "select billing.attach_partition('billing.event_record', '2026-12-20')",
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


EVENT = (
    "insert into billing.event (run_id, client_plan_id, service_plan_id, client_package_id, package_id, due_date, "
    "reference_month, kind, amount, price_source, policy_id) select {run}, 1, 1, {sold}, {package}, '2026-12-10', "
    "'2026-12-01', 'charge', 1, 'client', {policy} from generate_series(1, 2)"
)
SOUND = {"run": "(select min(id) from billing.run)", "sold": "2", "package": "1", "policy": "1"}


@pytest.mark.parametrize(
    ("constraint", "edit"),
    [
        ("event_run_id_fkey", EVENT.format_map(SOUND | {"run": "99"})),
        ("event_client_package_id_fkey", EVENT.format_map(SOUND | {"sold": "99"})),
        ("event_package_id_fkey", EVENT.format_map(SOUND | {"package": "99"})),
        ("event_policy_id_fkey", EVENT.format_map(SOUND | {"policy": "99"})),
        (
            "posting_invoice_id_fkey",
            "insert into finance.posting (invoice_id, kind, amount, fee_client_plan_id, fee_month) "
            "values (99, 'plan', 1, 99, '2026-12-01')",
        ),
        (
            "posting_billing_event_id_fkey",
            "insert into finance.posting (id, invoice_id, kind, amount, billing_event_id, event_due_date) "
            "select 2026121000000009, min(id), 'tv_package', 1, 2026121000000009, '2026-12-10' from finance.invoice",
        ),
        (
            # Of an event that was voided.
            "posting_billing_event_id_fkey",
            "with voided as (insert into billing.event (id, run_id, client_plan_id, service_plan_id, "
            "client_package_id, package_id, due_date, reference_month, kind, amount, price_source, status, "
            "cancel_reason) select id + 7, run_id, client_plan_id, service_plan_id, client_package_id, package_id, "
            "due_date, reference_month, kind, amount, price_source, 'cancelled', 'x' from billing.event "
            "returning id, due_date) insert into finance.posting (id, invoice_id, kind, amount, billing_event_id, "
            "event_due_date) select voided.id, 1, 'tv_package', 1, voided.id, voided.due_date from voided",
        ),
        (
            "posting_reverses_posting_id_fkey",
            "insert into finance.posting (id, invoice_id, kind, amount, billing_event_id, event_due_date, "
            "reverses_posting_id) select 2026121000000001, min(id), 'reversal', -1, 2026121000000001, '2026-12-10', 99 "
            "from finance.invoice",
        ),
        (
            "correction_event_id_fkey",
            "insert into billing.correction (event_id, event_due_date, action, reason, author, rebill) "
            "values (2026121000000009, '2026-12-10', 'void', 'x', 'x', true)",
        ),
        ("event_client_package_id_fkey", "delete from tv.client_package where id = 1"),
        ("posting_invoice_id_fkey", "delete from finance.invoice"),
    ],
)
def test_what_does_not_exist_is_pointed_at_by_nothing(settled: Isp, constraint: str, edit: str) -> None:
    settled.run("drop index billing.event_live_charge, billing.event_live_package")
    settled.run("drop index finance.posting_key")
    before = settled.tables()
    with pytest.raises(IntegrityError) as caught:
        settled.run(edit)
    assert isinstance(caught.value.orig, psycopg.Error)
    assert caught.value.orig.diag.constraint_name == constraint
    assert settled.tables() == before


@pytest.mark.parametrize(
    "edit",
    [
        "update billing.event set client_package_id = 2",
        "update billing.event set run_id = 99",
        "delete from billing.run",
        "truncate billing.run cascade",
        "delete from tv.package",
    ],
)
def test_what_is_pointed_at_stays_what_it_is(isp: Isp, edit: str) -> None:
    isp.sell(isp.client_plan(), isp.package())
    tv.save(isp.engine, DUE, SETTINGS)
    before = isp.tables()
    with pytest.raises(IntegrityError):
        isp.run(edit)
    assert isp.tables() == before


def test_an_invoice_is_closed_before_or_after_a_settlement_and_not_within(settled: Isp) -> None:
    settled.sell(settled.client_plan(), 1)
    tv.save(settled.engine, DUE, SETTINGS)
    bill_plans(settled.engine, DUE)
    with ThreadPoolExecutor(1) as pool:
        with as_owner(settled.engine).begin() as closing:
            closing.execute(text("update finance.invoice set status = 'closed'"))
            settling = pool.submit(tv.settle, settled.engine, DUE, SETTINGS)
            until_waiting(settled.engine)
        assert settling.result().posted.count == 0
        settled.run("update finance.invoice set status = 'open'")
        with settled.engine.begin() as settling_first:
            lock_due_date(settling_first, DUE)
            closing_later = pool.submit(settled.run, "update finance.invoice set status = 'closed'")
            until_waiting(settled.engine)
        assert closing_later.result() == 2


def test_a_package_is_sold_to_a_client_plan_once_on_any_day(isp: Isp) -> None:
    plan, package = isp.client_plan(), isp.package()
    isp.sell(plan, package, cancelled_on=date(2026, 8, 1))
    isp.sell(plan, package, added_on=date(2026, 8, 1))
    with pytest.raises(IntegrityError, match="client_package_once_a_day"):
        isp.sell(plan, package, added_on=date(2026, 7, 31), cancelled_on=date(2026, 8, 2))
