"""Which due date a run is for, and when due days fall."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitv.billing.due_date import (
    BadDueDate,
    backfill_runs,
    due_dates,
    longest_wait,
    resolve_due_date,
    wait_deadline,
)
from multitv.settings import Settings
from tests.support.settings import TODAY


def test_the_due_date_of_the_form_wins_over_that_of_the_run_id() -> None:
    assert resolve_due_date("2026-12-10", "scheduled__due_2026-12-05", TODAY) == date(2026, 12, 10)


def test_a_scheduled_run_has_its_due_date_in_its_id() -> None:
    assert resolve_due_date(None, "scheduled__due_2026-12-05", TODAY) == date(2026, 12, 5)


def test_today_may_be_billed() -> None:
    assert resolve_due_date("2026-11-23", "manual", TODAY) == TODAY


@pytest.mark.parametrize("chosen", [None, ""])
def test_a_run_without_a_due_date_is_refused_and_told_what_to_do(chosen: str | None) -> None:
    with pytest.raises(BadDueDate, match="pick one"):
        resolve_due_date(chosen, "manual__2026-11-23T10:00:00+00:00", TODAY)


@pytest.mark.parametrize("chosen", ["2026-02-30", "2026-13-01", "10/12/2026", "20261210", "2026-12-10T00:00", "amanhã"])
def test_what_is_no_date_is_refused_by_name(chosen: str) -> None:
    with pytest.raises(BadDueDate, match=chosen):
        resolve_due_date(chosen, "manual", TODAY)


def test_a_past_due_date_is_refused_unless_it_is_allowed() -> None:
    with pytest.raises(BadDueDate, match=r"2026-11-22 is past \(today is 2026-11-23\).*allow_past"):
        resolve_due_date("2026-11-22", "manual", TODAY)
    assert resolve_due_date("2026-11-22", "manual", TODAY, allow_past=True) == date(2026, 11, 22)


def test_a_due_date_more_than_a_year_ahead_is_taken_for_a_slip() -> None:
    assert resolve_due_date("2027-11-24", "manual", TODAY) == date(2027, 11, 24)
    with pytest.raises(BadDueDate, match="2027-11-25 is more than a year ahead"):
        resolve_due_date("2027-11-25", "manual", TODAY, allow_past=True)


def test_due_days_past_the_end_of_february_fall_on_its_last_day_once() -> None:
    assert list(islice(due_dates((5, 29, 30, 31), date(2027, 2, 1)), 5)) == [
        date(2027, 2, 5),
        date(2027, 2, 28),
        date(2027, 3, 5),
        date(2027, 3, 29),
        date(2027, 3, 30),
    ]


@given(st.sets(st.integers(1, 31), min_size=1), st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.integers(1, 40))
def test_due_dates_are_in_order_and_none_is_left_out(days: set[int], since: date, number: int) -> None:
    found = list(islice(due_dates(days, since), number))
    assert found == sorted(set(found))
    assert found[0] >= since
    expected = [
        day
        for day in (date.fromordinal(n) for n in range(since.toordinal(), found[-1].toordinal() + 1))
        if day.day in days or ((day.replace(day=28) == day or day.day > 28) and _is_last(day) and max(days) > day.day)
    ]
    assert found == expected


def _is_last(day: date) -> bool:
    return date.fromordinal(day.toordinal() + 1).day == 1


def test_a_backfill_takes_each_due_date_once_the_oldest_first() -> None:
    form = {"due_dates": ["2026-12-10", "2026-10-10", "2026-10-10"], "approval": "always", "dry_run": False}
    assert backfill_runs(form, "manual__1", TODAY) == [
        {
            "due_date": due,
            "run_id": f"due_{due}__manual__1",
            "form": {"due_date": due, "allow_past": True, "approval": "always", "dry_run": False},
        }
        for due in ("2026-10-10", "2026-12-10")
    ]


@pytest.mark.parametrize("due_dates", [None, [], ["2026-02-30"], ["2030-01-01"], ["2026-10-10", "amanhã"]])
def test_a_backfill_with_a_wrong_due_date_does_nothing(due_dates: list[str] | None) -> None:
    with pytest.raises(BadDueDate):
        backfill_runs({"due_dates": due_dates, "approval": None, "dry_run": False}, "manual__1", TODAY)


@pytest.mark.parametrize("deadline_days", [0, 3, 60])
def test_no_run_waits_longer_than_the_longest_wait(deadline_days: int) -> None:
    settings = Settings(standard_billing_deadline_days=deadline_days, billing_approval_hours=720)
    now = datetime.combine(TODAY, datetime.max.time(), settings.timezone)
    latest = resolve_due_date(str(TODAY + timedelta(days=366)), "manual", TODAY)
    assert timedelta(days=366) < wait_deadline(latest, now, settings) - now <= longest_wait(settings)
    # A past due date waits a day, after a person's answer.
    past = wait_deadline(TODAY - timedelta(days=90), now, settings) - now
    assert past + timedelta(hours=720) <= longest_wait(settings)
