"""What every task of every DAG has in common: its owner, its retries and its time limit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

from multitv.settings import get_settings


def default_args() -> dict[str, Any]:
    """Return the default arguments of a DAG: transient errors are retried with backoff, permanent ones fail at once.

    Raises SettingsError.
    """
    return {
        "owner": "multitv",
        "retries": 3,
        "retry_delay": timedelta(seconds=get_settings().retry_delay_seconds),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=10),
        "execution_timeout": timedelta(minutes=30),
        "retry_policy": retry_policy(),
    }


def retry_policy(*permanent: type[Exception]) -> ExceptionRetryPolicy:
    """Return the policy by which our permanent errors, and those of others that are named here, fail at once."""
    return ExceptionRetryPolicy(
        [RetryRule(exception=["multitv.errors.PermanentError", *permanent], action=RetryAction.FAIL)]
    )
