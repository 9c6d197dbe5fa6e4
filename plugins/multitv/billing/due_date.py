"""Due dates: which one a DAG run is for, and when the ISP's due days fall."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from multitv.errors import PermanentError

_IN_RUN_ID = re.compile(r"due_(\d{4}-\d{2}-\d{2})")
# What is billed is what is sold today, and it is never edited: a year typed wrong must not get that far.
_HORIZON = timedelta(days=366)


class BadDueDate(PermanentError):
    """The due date of a run is missing, impossible, or not allowed."""


def resolve_due_date(chosen: str | None, run_id: str, today: date, *, allow_past: bool = False) -> date:
    """Return the due date of a DAG run: the one chosen in the form, else the one that its run id carries.

    A scheduled run has it in its id. Raises BadDueDate if there is none, if it is no date, if it lies more than
    a year after `today` (the ISP's business date), or before it and `allow_past` is not set.
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


def backfill_runs(form: Mapping[str, Any], run_id: str, today: date) -> list[dict[str, object]]:
    """Return each due date of the form once, the oldest first, with the id and the form of its run of tv_billing.

    Raises BadDueDate if there is none, if one is no date, or lies more than a year ahead.
    """
    chosen = sorted({resolve_due_date(str(text), run_id, today, allow_past=True) for text in form["due_dates"] or []})
    if not chosen:
        raise BadDueDate("No due date was given: trigger this again and fill the form in. Nothing was written.")
    passed = {name: form[name] for name in ("approval", "dry_run")}
    return [
        {
            "due_date": str(due),
            "run_id": f"due_{due}__{run_id}",
            "form": {"due_date": str(due), "allow_past": True, **passed},
        }
        for due in chosen
    ]


def parse_due_date(text: str) -> date:
    """Return the date written as YYYY-MM-DD. Raises BadDueDate for anything else."""
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError("it is not written as YYYY-MM-DD")
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadDueDate(
            f"'{text}' is not a due date: {error}. Write it as YYYY-MM-DD, for example 2026-12-10. Nothing was written."
        ) from error


def due_date_of(interval_end: datetime, timezone: ZoneInfo) -> date:
    """Return the due date of a run from the end of its data interval, also after a change of time zone."""
    return (interval_end - timedelta(hours=12)).astimezone(timezone).date()


def due_dates(due_days: Iterable[int], since: date) -> Iterator[date]:
    """Yield the due dates from `since` on, in order, for ever. A due day past a month's end falls on its last day."""
    days = sorted(set(due_days))
    year, month = since.year, since.month
    while True:
        last = monthrange(year, month)[1]
        for day in sorted({min(day, last) for day in days}):
            due_date = date(year, month, day)
            if due_date >= since:
                yield due_date
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
