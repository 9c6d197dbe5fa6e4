"""What every task of every DAG has in common: owner, retries, time limit, and a check of the installation first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from airflow.sdk import Context, ExceptionRetryPolicy, RetryAction, RetryRule

from multitv.alerts.callbacks import end_failures, record_failure
from multitv.settings import get_settings


def default_args(**needs: Any) -> dict[str, Any]:
    """Return the default arguments of a DAG: transient errors are retried with backoff, permanent ones fail at once.

    The first task of a run checks the installation; `needs` says what of it beside the database, as `check.require`
    takes it. Raises SettingsError.
    """
    return {
        "owner": "multitv",
        "retries": 3,
        "retry_delay": timedelta(seconds=get_settings().retry_delay_seconds),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=10),
        "execution_timeout": timedelta(minutes=30),
        "retry_policy": retry_policy(),
        "pre_execute": partial(_check, needs),
        "on_failure_callback": on_failure(),
        "on_success_callback": [end_failures],
    }


def on_failure(*others: Callable[[Context], None]) -> list[Callable[[Context], None]]:
    """Return the callbacks of a task that failed and has no retry left: `others` before that of the alerts.

    A task with callbacks of its own takes them from here, because its own replace those of `default_args`.
    """
    return [*others, record_failure]


def retry_policy(*permanent: type[Exception]) -> ExceptionRetryPolicy:
    """Return the policy by which our permanent errors, and those of others that are named here, fail at once."""
    return ExceptionRetryPolicy(
        [RetryRule(exception=["multitv.errors.PermanentError", *permanent], action=RetryAction.FAIL)]
    )


def _check(needs: Mapping[str, Any], context: Mapping[str, Any]) -> None:
    """Check the installation if this is a task that its run begins with, and does not go on after a wait."""
    # A passing fault must not lose the answer of a person, for which the first task of some DAGs waits.
    goes_on = getattr(getattr(context["ti"], "_ti_context_from_server", None), "next_method", None)
    if not context["task"].upstream_task_ids and not goes_on:
        # Here, because a DAG file is read far more often than a run begins.
        from multitv.check import require

        require(get_settings(), **needs)
