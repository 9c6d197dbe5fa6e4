"""Due dates: the due date of a DAG run, and the dates on which the ISP's due days fall."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NotRequired, TypedDict
from zoneinfo import ZoneInfo

from multitv.errors import PermanentError
from multitv.settings import Settings

_IN_RUN_ID = re.compile(r"due_(\d{4}-\d{2}-\d{2})")
# Events are never edited, so a year that was typed wrong must not reach them.
_HORIZON = timedelta(days=366)


class BillingForm(TypedDict):
    """The form that a run of tv_billing is started with; what is left out has its default."""

    due_date: str
    allow_past: bool
    allow_voids: NotRequired[bool]
    approval: NotRequired[str | None]
    dry_run: NotRequired[bool]


class BackfillRun(TypedDict):
    """A run of tv_billing that a backfill starts, as XCom carries it."""

    due_date: str
    run_id: str
    form: BillingForm


class BadDueDate(PermanentError):
    """The due date of a run is missing, not a date, or not allowed."""


def resolve_due_date(chosen: str | None, run_id: str, today: date, *, allow_past: bool = False) -> date:
    """Return the due date of a DAG run: `chosen` in the form, or else the one in its run id, as scheduled runs have it.

    `today` is the ISP's business date. Raises BadDueDate if there is no due date, if it is not a date, if it is more
    than 366 days after `today`, or if it is before `today` without `allow_past`.
    """
    found = _IN_RUN_ID.search(run_id)
    text = chosen or (found and found.group(1))
    if not text:
        raise BadDueDate(
            f"The run '{run_id}' has no due date: trigger it again and pick one (Vencimento) in the form. "
            "Nothing was written."
        )
    due_date = parse_due_date(text)
    if due_date < today and not allow_past:
        raise BadDueDate(
            f"The due date {due_date} is past (today is {today}): to bill it all the same, trigger the run again "
            "with allow_past set in the form. Nothing was written."
        )
    if due_date > today + _HORIZON:
        raise BadDueDate(
            f"The due date {due_date} is more than a year ahead (today is {today}), which is likely a slip of the pen: "
            "trigger the run again with the date that you mean. Nothing was written."
        )
    return due_date


def backfill_runs(form: Mapping[str, Any], run_id: str, today: date) -> list[BackfillRun]:
    """Return a run of tv_billing for each due date in the form, oldest first.

    Repeated due dates count once. Raises BadDueDate if there is none, if one is not a date, or is more than 366 days
    ahead.
    """
    chosen = sorted({resolve_due_date(str(text), run_id, today, allow_past=True) for text in form["due_dates"] or []})
    if not chosen:
        raise BadDueDate("No due date was given: trigger this again and fill the form in. Nothing was written.")
    return [
        {
            "due_date": str(due),
            "run_id": f"due_{due}__{run_id}",
            "form": {
                "due_date": str(due),
                "allow_past": True,
                "approval": form["approval"],
                "dry_run": form["dry_run"],
            },
        }
        for due in chosen
    ]


def parse_due_date(text: str) -> date:
    """Return the date of a text of the form YYYY-MM-DD. Raises BadDueDate for any other text."""
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError("it is not written as YYYY-MM-DD")
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadDueDate(
            f"'{text}' is not a due date: {error}. Write it as YYYY-MM-DD, for example 2026-12-10. Nothing was written."
        ) from error


def due_date_of(interval_end: datetime, timezone: ZoneInfo) -> date:
    """Return the due date of a scheduled run, whose data interval ends at midnight after it.

    Half a day is taken off first, so a later change of the ISP's time zone does not change the result.
    """
    return (interval_end - timedelta(hours=12)).astimezone(timezone).date()


def wait_deadline(due_date: date, now: datetime, settings: Settings) -> datetime:
    """Return until when a run of `due_date` waits for the standard billing.

    That is the end of the day MULTITV_STANDARD_BILLING_DEADLINE_DAYS days after the due date, or 24 hours from `now`,
    whichever is later.
    """
    last_day = due_date + timedelta(settings.standard_billing_deadline_days + 1)
    return max(datetime.combine(last_day, time(), settings.timezone), now + timedelta(days=1))


def longest_wait(settings: Settings) -> timedelta:
    """Return how long a run of tv_billing may wait after its start: for the latest due date that it takes, or a person.

    Airflow must keep a run for longer than this.
    """
    for_standard_billing = _HORIZON + timedelta(days=settings.standard_billing_deadline_days + 1)
    for_a_person = timedelta(hours=settings.billing_approval_hours) + timedelta(days=1)
    return max(for_standard_billing, for_a_person)


def due_dates(due_days: Iterable[int], since: date) -> Iterator[date]:
    """Yield the due dates from `since` on, in order, without end. A due day after a month's end is its last day."""
    days = sorted(set(due_days))
    year, month = since.year, since.month
    while True:
        last = monthrange(year, month)[1]
        for day in sorted({min(day, last) for day in days}):
            due_date = date(year, month, day)
            if due_date >= since:
                yield due_date
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
