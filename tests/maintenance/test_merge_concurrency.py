"""Merging beside others: nobody waits for long or sees a hole, no change is lost, and a killed merge leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, OperationalError

from include.local.postgres import Server
from multitv.billing.standard import bill_plans
from multitv.database.engine import DatabaseUnavailable, engine_for
from multitv.maintenance import merge
from tests.maintenance.conftest import DUE_DATES, YEAR_OVER, furnish
from tests.maintenance.test_merge import PARENTS, check_books, correct, merged, no_leftovers, partitions
from tests.support.databases import as_pipeline, own_database
from tests.support.isp import Isp
from tests.support.kill import Killer
from tests.support.settings import SETTINGS

pytestmark = pytest.mark.slow

EVENTS, POSTINGS, FEES = PARENTS
EVERYTHING = " union all ".join(f"select count(*), sum(amount) from {parent}" for parent in PARENTS)  # noqa: S608


def build(isp: Isp, parent: str = EVENTS, **forged: Any) -> int:
    found = list(partitions(isp, parent))
    named = {"parent": parent, "parts": [f"{parent.split('.')[0]}.{name}" for name in found]} | forged
    return int(step(isp, "build_merge(cast(:parent as regclass), cast(cast(:parts as text[]) as regclass[]))", **named))


def step(isp: Isp, call: str, **parameters: Any) -> Any:
    return isp.run(f"select billing.{call}", **parameters)[0][0]


def compare(isp: Isp, number: int) -> bool:
    return bool(step(isp, "compare_merge(:number)", number=number))


def swap(isp: Isp, number: int) -> bool:
    return bool(step(isp, "swap_merge(:number)", number=number))


def an_event(isp: Isp) -> int:
    """A processed charge that was not given back."""
    charges = "select min(id) from billing.event where status = 'processed' and kind = 'charge' and not reversed"
    return int(isp.run(charges)[0][0])


@pytest.fixture
def reader(billed: Isp) -> Iterator[Connection]:
    with billed.engine.connect() as connection:
        yield connection


def test_readers_see_every_row_throughout(billed: Isp) -> None:
    done = Event()

    def read() -> set[str]:
        seen = set()
        with billed.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not done.is_set():
                seen.add(str(connection.execute(text(EVERYTHING)).all()))
        return seen

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        left: list[str | None] = ["merge_blocked"]
        while "merge_blocked" in left:
            left = merged(billed)
        done.set()
        for each in readers:
            assert len(each.result()) == 1
    assert list(partitions(billed, EVENTS)) == ["event_record_2026"]


def test_a_long_reader_makes_the_maintenance_leave_it_to_the_next_night(
    billed: Isp, reader: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    reader.execute(text("select 1 from billing.event_record limit 1"))
    assert merged(billed) == ["merge_blocked"] * 3
    assert "Nada foi juntado." in caplog.text
    assert "| Mensalidades | 2026    | outra transação as usava, ou o banco estava ocupado |" in caplog.text
    assert no_leftovers(billed)
    reader.rollback()
    assert merged(billed) == [None] * 3


def test_the_swap_gives_up_before_a_reader_makes_others_wait_for_long(billed: Isp, reader: Connection) -> None:
    number = build(billed)
    assert compare(billed, number)
    reader.execute(text("select 1 from billing.event_record limit 1"))
    # Of 250 ms, which the function sets itself.
    with pytest.raises(OperationalError, match="lock timeout"):
        swap(billed, number)
    reader.rollback()
    assert swap(billed, number)


def test_a_snapshot_taken_before_the_copy_still_sees_every_row(billed: Isp, reader: Connection) -> None:
    reader.execute(text("set transaction isolation level repeatable read"))
    reader.execute(text("select 1"))
    number = build(billed)
    assert compare(billed, number)
    with pytest.raises(OperationalError, match="transactions that began before"):
        swap(billed, number)
    assert reader.execute(text("select count(*) from billing.event_record")).scalar_one() == 24
    reader.rollback()
    assert swap(billed, number)


def test_a_change_between_the_steps_discards_the_copy(billed: Isp) -> None:
    for parent in (EVENTS, POSTINGS):
        number = build(billed, parent)
        correct(billed, an_event(billed))
        assert not compare(billed, number)
        assert no_leftovers(billed)
        number = build(billed, parent)
        assert compare(billed, number)
        correct(billed, an_event(billed))
        assert not swap(billed, number)
        assert no_leftovers(billed)
        with pytest.raises(IntegrityError, match="there is no merge"):
            swap(billed, number)
    assert merged(billed) == [None, None, None]
    check_books(billed)


def test_a_plan_fee_between_the_steps_discards_the_copy(billed: Isp) -> None:
    for due_day in (10, 20):
        number = build(billed, FEES)
        assert compare(billed, number)
        billed.client_plan(due_day=due_day)
        bill_plans(billed.engine, DUE_DATES[0].replace(day=due_day))
        assert not swap(billed, number)
    assert merged(billed) == [None, None, None]
    assert billed.run("select count(*) from finance.posting where kind = 'plan'")[0][0] == 14


@pytest.mark.parametrize("at", ["now()", "cast(:closed_at as timestamptz)"])
def test_a_run_that_was_opened_again_discards_the_copy_also_if_it_is_closed_by_then(billed: Isp, at: str) -> None:
    before = billed.run("select closed_at from billing.run where kind = 'tv' and due_date = '2026-12-10'")[0]
    set_run = "update billing.run set status = :status, closed_at = {} where kind = 'tv' and due_date = '2026-12-10'"
    number = build(billed)
    assert compare(billed, number)
    with as_pipeline(billed.engine).begin() as connection:
        connection.execute(text(set_run.format("null")), {"status": "saved"})
        connection.execute(text(set_run.format(at)), {"status": "closed", "closed_at": before.closed_at})
    assert not swap(billed, number)
    assert no_leftovers(billed)


def test_the_swap_waits_for_an_open_writer_and_then_sees_what_it_did(billed: Isp, reader: Connection) -> None:
    number = build(billed)
    assert compare(billed, number)
    reader.execute(
        text("update billing.event_record set reversed = true where id = :id and due_date = '2026-11-10'"),
        {"id": an_event(billed)},
    )
    with pytest.raises(OperationalError, match="lock timeout"):
        swap(billed, number)
    reader.commit()
    assert not swap(billed, number)
    assert no_leftovers(billed)


def test_nothing_is_built_while_somebody_writes_to_the_partitions(billed: Isp, reader: Connection) -> None:
    reader.execute(
        text("update billing.event_record set reversed = true where id = :id and due_date = '2026-11-10'"),
        {"id": an_event(billed)},
    )
    with pytest.raises(OperationalError, match="somebody is writing"):
        build(billed)
    reader.rollback()
    number = build(billed)
    assert compare(billed, number)
    assert swap(billed, number)


@pytest.mark.parametrize(
    "forged",
    [
        {"parent": "billing.preview_line"},
        {"parent": "billing.run"},
        {"parent": FEES},
        {"parts": ["billing.event_record_2026_11_10"]},
        {"parts": ["billing.event_record_2026_11_10"] * 2},
        {"parts": ["billing.event_record_2026_11_10", "finance.posting_2026_11_20"]},
        {"parts": ["billing.event_record_2026_11_10", "billing.event_record"]},
        {"parts": ["billing.event_record_2026_11_10", "billing.event_record_2027_01_10"]},
        {"parts": ["billing.event_record_2026_11_10", "billing.run"]},
        {"parts": ["billing.event_record_2026_11_10", None]},
        {"parts": []},
        {"parts": None},
        {"parent": POSTINGS, "parts": ["finance.posting_2026_11_10", "finance.posting_of_plans"]},
        {"parent": None},
    ],
)
def test_a_forged_call_is_refused(billed: Isp, forged: dict[str, Any]) -> None:
    billed.bill(DUE_DATES[0].replace(year=2027, month=1))
    with pytest.raises(IntegrityError):
        build(billed, **({"parts": ["billing.event_record_2026_11_10", "billing.event_record_2026_11_20"]} | forged))
    assert no_leftovers(billed)


def test_what_is_not_closed_is_refused(billed: Isp) -> None:
    billed.run(
        "update billing.run set status = 'saved', closed_at = null where kind = 'tv' and due_date = '2026-11-10'"
    )
    with pytest.raises(IntegrityError, match="not all due dates"):
        build(billed)
    billed.run("update billing.run set status = 'open', closed_at = null where kind = 'standard'")
    with pytest.raises(IntegrityError, match="not all due dates"):
        build(billed, FEES)


def test_a_swap_without_a_comparison_is_refused_and_so_is_another_isolation_level(billed: Isp) -> None:
    number = build(billed)
    with pytest.raises(IntegrityError, match="that was compared"):
        swap(billed, number)
    assert compare(billed, number)
    strict = Isp(billed.engine.execution_options(isolation_level="REPEATABLE READ"))
    with pytest.raises(IntegrityError, match="isolation level"):
        swap(strict, number)
    assert swap(billed, number)


def test_a_copy_that_differs_is_never_swapped(billed: Isp) -> None:
    number = build(billed)
    billed.run("alter table billing.event_record_merging disable trigger user")
    billed.run("update billing.event_record_merging set amount = amount + 1 where id = :id", id=an_event(billed))
    with pytest.raises(Exception, match="differs"):
        compare(billed, number)
    assert merged(billed) == [None, None, None]
    check_books(billed)


@pytest.fixture(scope="module")
def history(server: Server, migrated: str) -> Iterator[tuple[str, dict[str, list[Any]]]]:
    """The name of a database with billed due dates, to make copies of, and its rows."""
    with own_database(server, migrated) as engine:
        isp = furnish(engine)
        for due_date in DUE_DATES[:2]:
            isp.bill(due_date)
        yield str(engine.url.database), isp.tables()


@pytest.mark.proof
def test_killed_at_any_point_it_leaves_all_rows_and_the_next_maintenance_completes(
    server: Server, history: tuple[str, dict[str, list[Any]]]
) -> None:
    template, rows = history
    points = at = 0
    while at <= points:
        with own_database(server, template) as engine:
            worker = engine_for(engine.url)
            killer = Killer(server, worker, at or None)
            isp = Isp(engine)
            try:
                merge.merge_partitions(worker, SETTINGS, YEAR_OVER, dry_run=False)
            except DatabaseUnavailable:
                assert at
            points = points or killer.points
            assert isp.tables() == rows
            assert set(merged(isp)) <= {None}
            assert isp.tables() == rows
            assert no_leftovers(isp)
            assert [len(partitions(isp, parent)) for parent in PARENTS] == [1, 1, 1]
        at += 1 if points < 40 else 2
