"""Callbacks of standard_billing. Airflow calls them when a task has failed and has no retry left."""

from __future__ import annotations

from airflow.sdk import Context

from multitv.billing.due_date import parse_due_date
from multitv.billing.standard import record_failure
from multitv.database.engine import task_engine
from multitv.errors import MultiTVError

# The causes that a screen can name; any other error is unexpected.
NAMED_CAUSES = frozenset(
    {
        "bad_settings",
        "connection_missing",
        "database_unavailable",
        "database_busy",
        "database_refused",
        "schema_missing",
        "erp_empty",
        "check_failed",
    }
)


def record_failed_task(context: Context) -> None:
    """Record the failure and its cause: the TV billing of the due date then stops waiting and names the cause."""
    due_date = parse_due_date(str(context["ti"].xcom_pull(task_ids="resolve_due_date")))
    error = context.get("exception")
    # A task that was killed leaves no exception.
    if not error:
        record_failure(task_engine(), due_date, "task_killed", "its task was killed; see the log of standard_billing.")
        return
    record_failure(task_engine(), due_date, _code(error), str(error))


def _code(error: str | BaseException) -> str:
    code = error.code if isinstance(error, MultiTVError) else ""
    return code if code in NAMED_CAUSES else "unexpected_error"
