"""When billing starts by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from zoneinfo import ZoneInfo

import pendulum
import pytest
from airflow.sdk.definitions.dag import DAG
from airflow.timetables.base import DagRunInfo, TimeRestriction
from airflow.utils.types import DagRunType
from hypothesis import given
from hypothesis import strategies as st

from multitv.billing import timetables as module
from multitv.billing.timetables import DueDayTimetable

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
TIMETABLE = DueDayTimetable((5, 10, 31), 10, time(6), SAO_PAULO)
SINCE_JANUARY = TimeRestriction(pendulum.datetime(2026, 1, 1), None, False)

Clock = Callable[[str], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    def stop_at(moment: str) -> None:
        monkeypatch.setattr(module, "now", lambda zone: pendulum.parse(moment, tz=zone))

    return stop_at


def run_within(restriction: TimeRestriction, after: DagRunInfo | None = None) -> DagRunInfo | None:
    return TIMETABLE.next_dagrun_info(
        last_automated_data_interval=after and after.data_interval, restriction=restriction
    )


def next_run(after: DagRunInfo | None = None) -> DagRunInfo:
    run = run_within(SINCE_JANUARY, after)
    assert run is not None
    return run


def due_date_of(run: DagRunInfo) -> date:
    assert run.data_interval is not None
    return TIMETABLE.due_date_of(run.data_interval)


def test_a_run_starts_days_ahead_of_its_due_date_in_local_time(clock: Clock) -> None:
    clock("2026-11-22T12:00")
    first = next_run()
    assert first.run_after == pendulum.datetime(2026, 11, 25, 6, tz="America/Sao_Paulo")
    assert due_date_of(first) == date(2026, 12, 5)
    assert [str(due_date_of(next_run(first)))] == ["2026-12-10"]


def test_the_first_run_ever_does_not_start_before_its_time(clock: Clock) -> None:
    clock("2026-11-26T12:00")
    assert due_date_of(next_run()) == date(2026, 12, 10)


def test_the_first_run_ever_is_not_lost_when_the_dag_is_parsed_just_after_its_start(clock: Clock) -> None:
    clock("2026-11-25T09:00:30")
    assert due_date_of(next_run()) == date(2026, 12, 5)


def test_a_run_missed_while_airflow_was_down_is_made_while_its_due_date_is_to_come(clock: Clock) -> None:
    clock("2026-11-22T12:00")
    first = next_run()
    clock("2026-12-08T12:00")
    missed = next_run(first)
    assert due_date_of(missed) == date(2026, 12, 10)
    assert missed.run_after < pendulum.datetime(2026, 12, 8)


def test_a_clock_that_jumps_runs_no_due_date_twice_and_loses_none_that_is_to_come(clock: Clock) -> None:
    clock("2026-11-25T09:05")
    first = next_run()
    assert due_date_of(first) == date(2026, 12, 5)
    # Forward over the start of that one and of the next: each is made, late, one after the other.
    clock("2026-12-09T12:00")
    missed = next_run(first)
    assert due_date_of(missed) == date(2026, 12, 10)
    second = next_run(missed)
    assert due_date_of(second) == date(2026, 12, 31)
    # Back by an hour, just after the start of one: it is not made again.
    clock("2026-12-21T05:01")
    assert due_date_of(next_run(second)) == date(2027, 1, 5)


def test_a_past_due_date_is_never_billed_by_the_schedule(clock: Clock) -> None:
    clock("2026-11-22T12:00")
    first = next_run()
    clock("2026-12-11T12:00")
    assert due_date_of(next_run(first)) == date(2026, 12, 31)


def test_nothing_is_scheduled_after_the_end_date(clock: Clock) -> None:
    clock("2026-11-22T12:00")
    assert run_within(TimeRestriction(None, pendulum.datetime(2026, 11, 24), False)) is None


def test_the_run_id_carries_the_due_date() -> None:
    start = TIMETABLE.start_of(date(2026, 12, 10))
    made = TIMETABLE.generate_run_id(
        run_type=DagRunType.SCHEDULED,
        run_after=start,
        data_interval=TIMETABLE.interval_of(start, date(2026, 12, 10)),
    )
    assert made == "scheduled__due_2026-12-10"
    manual = TIMETABLE.generate_run_id(run_type=DagRunType.MANUAL, run_after=start, data_interval=None)
    assert manual.startswith("manual__2026-11-30T")


def test_the_scheduler_gets_the_same_timetable_that_the_dag_has() -> None:
    copy = DueDayTimetable.deserialize(TIMETABLE.serialize())
    assert vars(copy) == vars(TIMETABLE)
    with DAG("x", schedule=copy):
        pass


@given(st.dates(date(2015, 1, 1), date(2030, 12, 31)), st.integers(0, 27), st.times())
def test_start_and_due_date_are_each_others_inverse_also_at_daylight_saving(due: date, ahead: int, at: time) -> None:
    table = DueDayTimetable((1,), ahead, at.replace(tzinfo=None, fold=0), SAO_PAULO)
    assert table.due_date_of(table.interval_of(table.start_of(due), due)) == due


@pytest.mark.parametrize("ahead", [0, 5, 9, 11, 15, 20, 27])
def test_a_change_of_days_ahead_neither_repeats_nor_skips_a_due_date(clock: Clock, ahead: int) -> None:
    clock("2026-11-30T12:00")
    last = TIMETABLE.interval_of(TIMETABLE.start_of(date(2026, 12, 10)), date(2026, 12, 10))
    changed = DueDayTimetable((5, 10, 15, 20, 25), ahead, time(6), SAO_PAULO)
    found = []
    starts = [last.start]
    for _ in range(4):
        run = changed.next_dagrun_info(last_automated_data_interval=last, restriction=SINCE_JANUARY)
        assert run is not None
        assert run.data_interval is not None
        last = run.data_interval
        found.append(changed.due_date_of(last))
        starts.append(run.run_after)
    assert found == [date(2026, 12, 15), date(2026, 12, 20), date(2026, 12, 25), date(2027, 1, 5)]
    assert starts == sorted(set(starts)), "Airflow takes the run with the latest start for the last one"


def test_a_run_that_was_planned_before_a_change_keeps_its_due_date(clock: Clock) -> None:
    clock("2026-11-22T12:00")
    planned = next_run()
    changed = DueDayTimetable((5, 10, 31), 3, time(6), SAO_PAULO)
    made = changed.generate_run_id(
        run_type=DagRunType.SCHEDULED, run_after=planned.run_after, data_interval=planned.data_interval
    )
    assert made == "scheduled__due_2026-12-05"


def test_a_backfill_makes_the_runs_that_would_have_started_past_due_dates_too() -> None:
    earliest, latest = pendulum.datetime(2025, 12, 20), pendulum.datetime(2026, 2, 1)
    span = TimeRestriction(earliest, latest, catchup=True)
    infos: list[DagRunInfo] = []
    while info := run_within(span, infos[-1] if infos else None):
        infos.append(info)
    starts = [info.run_after for info in infos]
    assert starts == sorted(starts)
    assert min(starts) >= earliest
    assert max(starts) <= latest
    assert [str(due_date_of(info)) for info in infos] == [
        "2025-12-31",
        "2026-01-05",
        "2026-01-10",
        "2026-01-31",
        "2026-02-05",
        "2026-02-10",
    ]
