"""Ends the log of a failed task with the cause and the next step, once. The tracebacks stand above it, in a group."""

from __future__ import annotations

import logging
import sys
from types import TracebackType
from typing import Any

import structlog

from multitv.errors import MultiTVError, TransientError

log = logging.getLogger("multitv.traceback")

_FAILED = "Task failed with exception"
_UNFORESEEN = (
    "Multi TV does not foresee this. It is tried again by itself while tries are left. If it fails for good, clear "
    "this task once; if it fails again, keep this log with its traceback, and give it to whoever develops Multi TV."
)
_TOO_LONG = (
    "The task took longer than it may. See what it waited for: the database, the platform, or a disk. Then clear it: "
    "each task goes on where it stopped, or starts again."
)
_OF_AIRFLOW = {"AirflowTaskTimeout": _TOO_LONG}


def tell_failures_plainly() -> None:
    """Have this process, a task's own, log a failure of its task in this way.

    If a version of Airflow logs otherwise, its log stays as it is.
    """
    processors = structlog.get_config()["processors"]
    # Loggers that are bound already share this list, so it is changed in place.
    if isinstance(processors, list) and _plainly not in processors:
        processors.insert(0, _plainly)


def _plainly(_: Any, __: str, entry: dict[str, Any]) -> dict[str, Any]:
    """Take the traceback out of Airflow's entry about a failed task, and write it before."""
    error = sys.exc_info()[1]
    if entry.get("event") != _FAILED or not entry.get("exc_info") or error is None:
        return entry
    log.info("::group::Traceback")
    log.error("What was raised, and from what:", exc_info=error)
    log.info("::endgroup::")
    del entry["exc_info"]
    return entry | {"event": told(error)}


def told(error: BaseException) -> str:
    """Return the last lines of a failed task's log: what was raised, where if that was not foreseen, the next step."""
    name = type(error).__name__
    if isinstance(error, MultiTVError):
        again = " It is tried again by itself while tries are left." if isinstance(error, TransientError) else ""
        return f"{name}: {error}{again}"
    return f"{name}: {error}{_place(error.__traceback__)}\n{_OF_AIRFLOW.get(name, _UNFORESEEN)}"


def _place(traceback: TracebackType | None) -> str:
    """Return the last line of ours, which says more than the library's line that raised it."""
    found = ""
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if "multitv" in code.co_filename or "/dags/" in code.co_filename:
            found = f" (in {code.co_qualname}, {code.co_filename}, line {traceback.tb_lineno})"
        traceback = traceback.tb_next
    return found
