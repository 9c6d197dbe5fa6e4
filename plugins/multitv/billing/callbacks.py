"""What Airflow calls when a task of the standard billing failed for good."""

from __future__ import annotations

from airflow.sdk import Context

from multitv.billing.due_date import parse_due_date
from multitv.billing.standard import record_failure
from multitv.database.engine import task_engine


def record_failed_task(context: Context) -> None:
    """Record the failure with its cause, so that the TV billing of the same due date stops waiting and can name it."""
    due_date = context["ti"].xcom_pull(task_ids="resolve_due_date")
    # Of a task that was killed there is no exception.
    cause = context.get("exception") or "its task was killed; see the log of standard_billing."
    record_failure(task_engine(), parse_due_date(str(due_date)), str(cause))
