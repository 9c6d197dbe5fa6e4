"""Callbacks of standard_billing. Airflow calls them when a task has failed and has no retry left."""

from __future__ import annotations

from airflow.sdk import Context

from multitv.billing.due_date import parse_due_date
from multitv.billing.standard import record_failure
from multitv.database.engine import task_engine


def record_failed_task(context: Context) -> None:
    """Record the failure and its cause: the TV billing of the due date then stops waiting and names the cause."""
    due_date = context["ti"].xcom_pull(task_ids="resolve_due_date")
    # A task that was killed leaves no exception.
    cause = context.get("exception") or "its task was killed; see the log of standard_billing."
    record_failure(task_engine(), parse_due_date(str(due_date)), str(cause))
