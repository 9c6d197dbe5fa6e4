"""What Airflow calls when a task of the standard billing failed for good."""

from __future__ import annotations

from datetime import date

from airflow.sdk import Context

from multitv.billing.standard import record_failure
from multitv.database.engine import isp_database


def record_failed_task(context: Context) -> None:
    """Record the failure with its cause, so that the TV billing of the same due date stops waiting and can name it."""
    due_date = context["ti"].xcom_pull(task_ids="resolve_due_date")
    record_failure(isp_database(), date.fromisoformat(due_date), str(context["exception"]))
