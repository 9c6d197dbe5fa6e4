"""Callbacks of standard_billing and tv_billing. Airflow calls them when a task has failed and has no retry left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from airflow.sdk import Context
from sqlalchemy import Engine

from multitv.billing import standard, tv
from multitv.billing.due_date import parse_due_date
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
        "erp_unavailable",
        "erp_view_failed",
        "erp_incomplete",
        "check_failed",
        "review_unanswered",
        "list_rejected",
        "review_decided",
        "review_lost",
        "list_never_saved",
        "list_changed",
        "too_many_voids",
        "due_date_overtaken",
        "gate_failed",
        "standard_billing_failed",
        "standard_billing_overdue",
        "standard_billing_not_closed",
        "wait_lost",
    }
)


def record_standard_failure(context: Context) -> None:
    """Record the failure and its cause: the TV billing of the due date then stops waiting and names the cause."""
    _record(context, standard.record_failure)


def record_tv_failure(context: Context) -> None:
    """Record the failure and its cause, which the screen of the due date then shows."""
    _record(context, tv.record_failure)


def _record(context: Context, record_failure: Callable[[Engine, date, str, str], None]) -> None:
    due_date = parse_due_date(str(context["ti"].xcom_pull(task_ids="resolve_due_date")))
    error = context.get("exception")
    # A task that was killed leaves no exception.
    if not error:
        said = f"its task was killed; see the log of {context['ti'].dag_id}."
        record_failure(task_engine(), due_date, "task_killed", said)
        return
    record_failure(task_engine(), due_date, _code(error), str(error))


def _code(error: str | BaseException) -> str:
    code = error.code if isinstance(error, MultiTVError) else ""
    return code if code in NAMED_CAUSES else "unexpected_error"
