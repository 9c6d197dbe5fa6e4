"""Two at once, killed in the middle, database away: the due date's tables come out as if nothing had happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from multitv.billing import tv
from multitv.billing.correction import correct
from multitv.billing.run import lock_due_date
from multitv.billing.standard import bill_plans
from multitv.database.engine import DatabaseUnavailable, engine_for
from multitv.quality import books
from tests.support.concurrency import at_once, end_waiting, until_waiting
from tests.support.databases import as_owner
from tests.support.isp import DUE, FIRST, Isp
from tests.support.settings import SETTINGS

pytestmark = pytest.mark.slow


@pytest.fixture
def busy(isp: Isp) -> Isp:
    """An ISP with 300 clients of one due date, each with an extra of 10 reais."""
    package = isp.package("10.00")
    isp.run(
        "insert into erp.client_plan select 1000 + n, n, 1, 'active', 10, '2026-01-01' from generate_series(1, 300) n"
    )
    isp.run(
        "insert into tv.client_package (client_plan_id, package_id, added_on) "
        "select id, :package, '2026-06-01' from erp.client_plan",
        package=package,
    )
    return isp


def assert_billed_once(isp: Isp) -> None:
    books.check(isp.engine, books.BOOKS, DUE)
    assert isp.run("select count(*), sum(amount) from billing.event") == [(300, Decimal("3000.00"))]
    assert isp.run("select count(*), sum(amount) from finance.posting where kind = 'tv_package'") == [
        (300, Decimal("3000.00"))
    ]
    assert isp.run("select kind, status from billing.run order by kind") == [("standard", "closed"), ("tv", "closed")]


def test_eight_runs_of_a_due_date_at_once_charge_each_client_once(busy: Isp) -> None:
    def whole_run() -> None:
        tv.summarise_due_date(busy.engine, DUE)
        tv.save(busy.engine, DUE, SETTINGS)
        bill_plans(busy.engine, DUE)
        tv.settle(busy.engine, DUE, SETTINGS)

    at_once(*[whole_run] * 8)
    assert_billed_once(busy)


STEPS: dict[str, Callable[[Isp], object]] = {
    "save": lambda isp: tv.save(isp.engine, DUE, SETTINGS),
    "bill": lambda isp: bill_plans(isp.engine, DUE),
    "settle": lambda isp: tv.settle(isp.engine, DUE, SETTINGS),
}


@pytest.mark.parametrize(
    ("step", "table"),
    [
        ("save", "tv.package"),
        ("save", "billing.exclusion"),
        ("save", "billing.expectation"),
        ("bill", "finance.invoice"),
        ("bill", "finance.posting"),
        ("settle", "billing.event"),
        ("settle", "finance.posting"),
    ],
)
def test_a_step_whose_connection_dies_in_the_middle_leaves_nothing_and_a_rerun_completes(
    busy: Isp, step: str, table: str
) -> None:
    for name in STEPS:
        if name == step:
            break
        STEPS[name](busy)
    before = busy.tables()
    with as_owner(busy.engine).connect() as blocker:
        blocker.execute(text(f"lock table {table} in access exclusive mode"))
        with ThreadPoolExecutor(1) as pool:
            dying = pool.submit(STEPS[step], busy)
            end_waiting(busy.engine, lock="relation")
            with pytest.raises(DatabaseUnavailable, match="once the database is up, clear this task"):
                dying.result()
    assert busy.tables() == before
    for run in STEPS.values():
        run(busy)
    assert_billed_once(busy)


def test_a_database_that_is_down_is_named_without_its_password() -> None:
    away = engine_for("postgresql+psycopg://billing:not-so-secret@127.0.0.1:9/isp")
    with pytest.raises(DatabaseUnavailable, match="at 127.0.0.1, database isp, is not available: ") as caught:
        tv.summarise_due_date(away, DUE)
    assert "not-so-secret" not in str(caught.value)


def test_due_dates_of_two_months_and_a_correction_at_once_do_not_stand_in_each_others_way(busy: Isp) -> None:
    months = [DUE, date(2027, 1, 10), date(2027, 2, 10)]
    for due in months:
        bill_plans(busy.engine, due)
    tv.save(busy.engine, DUE, SETTINGS)
    tv.settle(busy.engine, DUE, SETTINGS)

    def run(due: date) -> None:
        for turn in range(3):
            tv.save(busy.engine, due, SETTINGS)
            if due == DUE:
                correct(busy.engine, FIRST + turn, "reverse", reason="engano", author="Ana")
            tv.settle(busy.engine, due, SETTINGS)

    at_once(*[partial(run, due) for due in months])
    for due in months:
        books.check(busy.engine, books.BOOKS, due)
    assert busy.run("select kind, count(*) from billing.event group by 1 order by 1") == [
        ("charge", 900),
        ("reversal", 3),
    ]


def test_two_due_dates_of_a_month_do_not_charge_the_same(busy: Isp) -> None:
    def save_after_moving(day: int) -> None:
        busy.run("update erp.client_plan set due_day = :d", d=day)
        tv.save(busy.engine, date(2026, 12, day), SETTINGS, allow_voids=True)

    for day in (10, 20, 10):
        save_after_moving(day)
        assert busy.run("select count(*) from billing.event where live") == [(300,)]
    sneaked = (
        "insert into billing.event (run_id, client_plan_id, service_plan_id, client_package_id, package_id, due_date, "
        "reference_month, kind, amount, price_source) select run_id, client_plan_id, service_plan_id, "
        "client_package_id, package_id, '2026-12-20', reference_month, kind, amount, price_source "
        "from billing.event where live limit 1"
    )
    with pytest.raises(IntegrityError, match="event_live_charge"):
        busy.run(sneaked)


def test_due_dates_of_two_months_do_not_charge_the_same_month_behind_each_others_back(isp: Isp) -> None:
    january = date(2027, 1, 10)
    isp.client_plan()
    for due in (DUE, january):
        tv.save(isp.engine, due, SETTINGS)
    isp.sell(1, isp.package("10.00"))
    charge = (
        "insert into billing.event (run_id, client_plan_id, service_plan_id, client_package_id, package_id, due_date, "
        "reference_month, kind, amount, price_source) select id, 1, 1, 1, 1, :due, '2026-12-01', 'charge', 10, "
        "'package' from billing.run where due_date = :due"
    )
    with ThreadPoolExecutor(1) as pool:
        with as_owner(isp.engine).begin() as in_advance:
            in_advance.execute(text(charge), {"due": DUE})
            in_arrears = pool.submit(isp.run, charge, due=january)
            until_waiting(isp.engine)
        with pytest.raises(IntegrityError, match="event_live_charge"):
            in_arrears.result()


TWENTIETH = date(2026, 12, 20)


def move_due_day(isp: Isp) -> None:
    isp.run("update erp.client_plan set due_day = 20")


def save_twentieth(isp: Isp) -> tv.Saved:
    saved = tv.save(isp.engine, TWENTIETH, SETTINGS, allow_voids=True)
    assert isinstance(saved, tv.Saved)
    return saved


@contextmanager
def charged_months_held(isp: Isp) -> Iterator[None]:
    """The lock that a step takes last: it waits there, with all its work done but not committed."""
    with isp.engine.begin() as holder:
        holder.execute(text("select billing.lock_charged_months(:due)"), {"due": DUE})
        yield


def bill_both(isp: Isp) -> None:
    for due in (DUE, TWENTIETH):
        bill_plans(isp.engine, due)
        tv.settle(isp.engine, due, SETTINGS)


def test_due_dates_of_a_month_are_billed_side_by_side(busy: Isp) -> None:
    busy.run("update erp.client_plan set due_day = 20 where id > 1200")
    with busy.engine.begin() as other:
        lock_due_date(other, DUE)
        for parent in ("billing.event_record", "finance.posting"):
            other.execute(text("select billing.open_incoming(:parent, :due)"), {"parent": parent, "due": DUE})
        assert save_twentieth(busy).added == 100
        assert bill_plans(busy.engine, TWENTIETH).invoices == 100
        assert tv.settle(busy.engine, TWENTIETH, SETTINGS).posted.count == 100


def test_a_charge_that_is_posted_while_its_due_day_moves_is_charged_once(busy: Isp) -> None:
    for due in (DUE, TWENTIETH):
        bill_plans(busy.engine, due)
    tv.save(busy.engine, DUE, SETTINGS)
    with ThreadPoolExecutor(2) as pool:
        with charged_months_held(busy):
            settling = pool.submit(tv.settle, busy.engine, DUE, SETTINGS)
            until_waiting(busy.engine)
            move_due_day(busy)
            saving = pool.submit(save_twentieth, busy)
            until_waiting(busy.engine, 2)
        assert settling.result().posted.count == 300
        with pytest.raises(tv.DueDateOvertaken, match="step of 2026-12-20 ran"):
            saving.result()
    save_twentieth(busy)
    tv.settle(busy.engine, TWENTIETH, SETTINGS)
    assert_charged_once_in_the_month(busy)


def test_a_charge_that_moves_while_it_is_being_posted_is_charged_once(busy: Isp) -> None:
    bill_plans(busy.engine, DUE)
    tv.save(busy.engine, DUE, SETTINGS)
    with ThreadPoolExecutor(1) as pool:
        with as_owner(busy.engine).begin() as holder:
            holder.execute(text("lock table finance.posting in exclusive mode"))
            settling = pool.submit(tv.settle, busy.engine, DUE, SETTINGS)
            until_waiting(busy.engine)
            move_due_day(busy)
            save_twentieth(busy)
        with pytest.raises(tv.DueDateOvertaken, match="step of 2026-12-10 ran"):
            settling.result()
    assert tv.settle(busy.engine, DUE, SETTINGS).posted.count == 0
    bill_plans(busy.engine, TWENTIETH)
    assert tv.settle(busy.engine, TWENTIETH, SETTINGS).posted.count == 300
    assert_charged_once_in_the_month(busy)


def test_a_due_day_that_moves_while_its_due_date_is_saved_again_is_charged_once(busy: Isp) -> None:
    tv.save(busy.engine, DUE, SETTINGS)
    busy.run("update tv.client_package set price = 12.00")
    with ThreadPoolExecutor(2) as pool:
        with charged_months_held(busy):
            again = pool.submit(tv.save, busy.engine, DUE, SETTINGS)
            until_waiting(busy.engine)
            move_due_day(busy)
            # It voids what the other one re-prices, so it waits for that, row by row.
            saving = pool.submit(save_twentieth, busy)
            until_waiting(busy.engine, 2)
        assert again.result() == tv.Saved(0, 300, tv.NOTHING)
        assert (saving.result().added, saving.result().voided.count) == (300, 300)
    bill_both(busy)
    assert_charged_once_in_the_month(busy)


def test_a_charge_that_a_person_voids_while_its_due_day_moves_is_not_charged(busy: Isp) -> None:
    tv.save(busy.engine, DUE, SETTINGS)
    [[event, sold]] = busy.run("select id, client_package_id from billing.event order by id limit 1")
    with ThreadPoolExecutor(2) as pool:
        with charged_months_held(busy):
            voiding = pool.submit(correct, busy.engine, event, "void", reason="never asked for it", author="Ana")
            until_waiting(busy.engine)
            move_due_day(busy)
            saving = pool.submit(save_twentieth, busy)
            until_waiting(busy.engine, 2)
        voiding.result()
        with pytest.raises(tv.DueDateOvertaken, match="step of 2026-12-20 ran"):
            saving.result()
    assert save_twentieth(busy).added == 299
    assert busy.exclusions(TWENTIETH) == {sold: "corrected"}
    bill_both(busy)
    for due in (DUE, TWENTIETH):
        books.check(busy.engine, books.BOOKS, due)


def assert_charged_once_in_the_month(isp: Isp) -> None:
    for due in (DUE, TWENTIETH):
        books.check(isp.engine, books.BOOKS, due)
    assert isp.run("select count(*), count(distinct client_plan_id) from billing.event where live") == [(300, 300)]
    assert isp.run("select count(*) from finance.posting where kind = 'tv_package'") == [(300,)]


def test_a_charge_that_two_due_dates_save_at_once_is_made_once(busy: Isp) -> None:
    with ThreadPoolExecutor(2) as pool:
        with charged_months_held(busy):
            first = pool.submit(tv.save, busy.engine, DUE, SETTINGS)
            until_waiting(busy.engine)
            move_due_day(busy)
            second = pool.submit(save_twentieth, busy)
            until_waiting(busy.engine, 2)
        assert first.result() == tv.Saved(300, 0, tv.NOTHING)
        with pytest.raises(tv.DueDateOvertaken, match="step of 2026-12-20 ran"):
            second.result()
    save_twentieth(busy)
    bill_both(busy)
    assert_charged_once_in_the_month(busy)
