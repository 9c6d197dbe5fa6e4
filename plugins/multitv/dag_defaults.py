"""What every task of every DAG has in common: owner, retries, time limit, and a check of the installation first."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from airflow.sdk import Context, ExceptionRetryPolicy, RetryAction, RetryRule

from multitv.alerts.callbacks import end_failures, record_failure
from multitv.errors import WaitLost
from multitv.settings import WAIT_GRACE, get_settings

log = logging.getLogger(__name__)


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
    """Check the installation if this is a task that its run begins with, and does not go on after a wait.

    Whatever is tried again on the platform first waits, deferred, until the platform answers, as the first task does.
    """
    from multitv.task_log import tell_failures_plainly

    tell_failures_plainly()
    task, ti = context["task"], context["ti"]
    resumed = getattr(ti, "_ti_context_from_server", None)
    # Airflow resumes a deferred task by the name of a method, and a task of any kind may have waited here.
    task.execute_after_wait = partial(_execute_after_wait, task)
    # A passing fault must not lose the answer of a person, for which the first task of some DAGs waits.
    if goes_on := getattr(resumed, "next_method", None):
        _require_answer(goes_on, getattr(resumed, "next_kwargs", None) or {})
        return
    again = needs.get("platform") and ti.try_number > 1
    if not task.upstream_task_ids or again:
        _require(task, needs)


def _require(task: Any, needs: Mapping[str, Any]) -> None:
    # Here, because a DAG file is read far more often than a run begins.
    from multitv.beenius.errors import Unanswered
    from multitv.beenius.triggers import PlatformTrigger
    from multitv.check import require

    settings = get_settings()
    try:
        require(settings, **needs)
    except Unanswered as error:
        wait = timedelta(hours=settings.platform_wait_hours)
        deadline = datetime.now(settings.timezone) + wait
        log.warning("%s This task waits until the platform answers, until %s at most.", error.happened, deadline)
        task.defer(
            trigger=PlatformTrigger(deadline.isoformat()), method_name="execute_after_wait", timeout=wait + WAIT_GRACE
        )


def _execute_after_wait(task: Any, context: Mapping[str, Any], event: str | None = None) -> Any:
    from multitv.beenius.triggers import go_on

    go_on(event)
    return task.execute(context)


def _require_answer(goes_on: str, given: Mapping[str, Any]) -> None:
    """Raise WaitLost if the scheduler ended the wait, because no trigger did until after its deadline."""
    if goes_on == "__fail__" and given.get("error") == "Trigger timeout":
        raise WaitLost(
            "This task waited past its deadline: the triggerer was away. See that it runs (`airflow jobs check "
            "--job-type TriggererJob`), then clear this task. Nothing was written."
        )
