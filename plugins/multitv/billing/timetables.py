"""The schedule of the billing DAGs: some days before each due date of the ISP. Knows no database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction, Timetable
from pendulum import DateTime, instance, now

from multitv.billing.due_date import due_date_of, due_dates

# Airflow asks for the next run at every parse of the DAG, also between the start of a run and its creation.
_GRACE = timedelta(hours=1)


class DueDayTimetable(Timetable):
    """Starts a run `days_ahead` days before each due date, at `at` in the ISP's time zone.

    The run id of a scheduled run has its due date. A run that was missed while Airflow was down is made later if its
    due date is still to come. The schedule never bills a past due date.
    """

    def __init__(self, due_days: Iterable[int], days_ahead: int, at: time, timezone: ZoneInfo) -> None:
        self.due_days = tuple(sorted(set(due_days)))
        self.days_ahead = days_ahead
        self.at = at
        self.timezone = timezone
        days = ", ".join(map(str, self.due_days))
        self.description = f"{days_ahead} days before each due day ({days}), at {at:%H:%M} {timezone.key}"

    @property
    def summary(self) -> str:
        """The text that the UI shows in the list of DAGs."""
        return f"D-{self.days_ahead}: {', '.join(map(str, self.due_days))}"

    def serialize(self) -> dict[str, Any]:
        """Return the arguments with which `deserialize` recreates this timetable in the scheduler."""
        return {
            "due_days": list(self.due_days),
            "days_ahead": self.days_ahead,
            "at": self.at.isoformat(),
            "timezone": self.timezone.key,
        }

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> DueDayTimetable:
        """Recreate the timetable from the result of `serialize`."""
        return cls(data["due_days"], data["days_ahead"], time.fromisoformat(data["at"]), ZoneInfo(data["timezone"]))

    def start_of(self, due_date: date) -> DateTime:
        """Return the time at which the run of `due_date` starts."""
        return instance(datetime.combine(due_date - timedelta(self.days_ahead), self.at, self.timezone))

    def interval_of(self, start: DateTime, due_date: date) -> DataInterval:
        """Return the data interval of a run: it ends with the due date, whatever the settings are later."""
        return DataInterval(start, instance(datetime.combine(due_date + timedelta(1), time(), self.timezone)))

    def due_date_of(self, interval: DataInterval) -> date:
        """Return the due date of a scheduled run, the inverse of `interval_of`."""
        return due_date_of(interval.end, self.timezone)

    def infer_manual_data_interval(self, *, run_after: DateTime) -> DataInterval:
        """Return an empty interval: a manual run has its due date in the form."""
        return DataInterval.exact(run_after)

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """Return the next run: it follows the last one, and its due date is not past."""
        # The DAGs have catchup off, so this is a backfill that a person started.
        if restriction.catchup:
            return self._next_of_backfill(last_automated_data_interval, restriction)
        current = now("UTC")
        since: date = current.astimezone(self.timezone).date()
        not_before = restriction.earliest
        if last_automated_data_interval is not None:
            since = max(since, self.due_date_of(last_automated_data_interval) + timedelta(1))
            # A setting of more days ahead moves starts forward, but Airflow takes the run with the latest start for the
            # last one.
            earliest = last_automated_data_interval.start + timedelta(seconds=1)
        else:
            # Without this, unpausing the DAG for the first time would start a run at once.
            not_before = max(current - _GRACE, restriction.earliest or current - _GRACE)
            earliest = None
        due_date = next(
            due for due in due_dates(self.due_days, since) if not_before is None or self.start_of(due) >= not_before
        )
        start = max(self.start_of(due_date), earliest) if earliest else self.start_of(due_date)
        if restriction.latest is not None and start > restriction.latest:
            return None
        return DagRunInfo(run_after=start, data_interval=self.interval_of(start, due_date))

    def _next_of_backfill(self, last: DataInterval | None, restriction: TimeRestriction) -> DagRunInfo | None:
        """Return the next run that starts within the restriction; its due date may be past."""
        earliest, latest = restriction.earliest, restriction.latest
        assert earliest is not None  # noqa: S101, the DAG has a start date
        since = self.due_date_of(last) + timedelta(1) if last else earliest.astimezone(self.timezone).date()
        due_date = next(due for due in due_dates(self.due_days, since) if self.start_of(due) >= earliest)
        start = self.start_of(due_date)
        if latest is not None and start > latest:
            return None
        return DagRunInfo(run_after=start, data_interval=self.interval_of(start, due_date))

    def generate_run_id(
        self, *, run_type: Any, run_after: DateTime, data_interval: DataInterval | None, **extra: Any
    ) -> str:
        """Return the run id: a scheduled run is named after its due date, the others by Airflow."""
        if run_type.value == "scheduled" and data_interval is not None:
            return f"scheduled__due_{self.due_date_of(data_interval)}"
        return super().generate_run_id(run_type=run_type, run_after=run_after, data_interval=data_interval, **extra)
