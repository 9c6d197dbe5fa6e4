"""What every task of every DAG has in common: owner, retries, time limit, and a check of the installation first."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow.sdk import Context, ExceptionRetryPolicy, RetryAction, RetryRule

from multitv.alerts.callbacks import end_failures, record_failure
from multitv.errors import WaitLost
from multitv.settings import OWNER, WAIT_GRACE, get_settings

if TYPE_CHECKING:
    from multitv.waiting import AnswerTrigger

log = logging.getLogger(__name__)

# As long as a platform is waited for by default; what is billed some days ahead is still in time.
DATABASE_WAIT = timedelta(hours=12)


def default_args(*, waits: bool = True) -> dict[str, Any]:
    """Return the default arguments of a DAG: transient errors are retried with backoff, permanent ones fail at once.

    The first task of a run, and each that is tried again, checks the installation, and waits for the ISP's database
    if that is away; with `waits` false it fails instead. A task that uses more of the installation says so by `uses`.
    Raises SettingsError.
    """
    return {
        "owner": OWNER,
        "retries": 3,
        "retry_delay": timedelta(seconds=get_settings().retry_delay_seconds),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=10),
        "execution_timeout": timedelta(minutes=30),
        "retry_policy": retry_policy(),
        "pre_execute": partial(_check, {}, waits),
        "on_failure_callback": on_failure(),
        "on_success_callback": [end_failures],
    }


def uses(**needs: Any) -> Callable[[Mapping[str, Any]], None]:
    """Return the `pre_execute` of a task that needs more than the database, as `check.require` takes it.

    A platform that does not answer is waited for.
    """
    return partial(_check, needs, True)


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


def _check(needs: Mapping[str, Any], waits: bool, context: Mapping[str, Any]) -> None:
    """Check the installation if this is a task that its run begins with, or is tried again; not after a wait.

    What a task needs and does not answer it first waits for, deferred.
    """
    from multitv.task_log import tell_failures_plainly

    tell_failures_plainly()
    task, ti = context["task"], context["ti"]
    resumed = getattr(ti, "_ti_context_from_server", None)
    # Airflow resumes a deferred task by the name of a method, and a task of any kind may have waited here.
    task.execute_after_wait = partial(_execute_after_wait, task)
    task.execute_after_database = partial(_execute_after_database, task)
    # A passing fault must not lose the answer of a person, for which the first task of some DAGs waits.
    if goes_on := getattr(resumed, "next_method", None):
        _require_answer(goes_on, getattr(resumed, "next_kwargs", None) or {})
        return
    if not task.upstream_task_ids or ti.try_number > 1:
        _require(task, needs, waits)


def _require(task: Any, needs: Mapping[str, Any], waits: bool) -> None:
    # Here, because a DAG file is read far more often than a run begins.
    from multitv.beenius.errors import Unanswered
    from multitv.beenius.triggers import PlatformTrigger
    from multitv.check import require
    from multitv.database.engine import DatabaseUnavailable
    from multitv.database.triggers import DatabaseTrigger

    settings = get_settings()
    try:
        require(settings, **needs)
    except Unanswered as error:
        wait = timedelta(hours=settings.platform_wait_hours)
        _defer(task, error.happened or str(error), PlatformTrigger, "execute_after_wait", wait)
    except DatabaseUnavailable as error:
        if not waits:
            raise
        _defer(task, str(error), DatabaseTrigger, "execute_after_database", DATABASE_WAIT)


def _defer(task: Any, happened: str, trigger: type[AnswerTrigger], method_name: str, wait: timedelta) -> None:
    deadline = datetime.now(get_settings().timezone) + wait
    log.warning("%s This task waits until there is an answer, until %s at most.", happened, deadline)
    task.defer(trigger=trigger(deadline.isoformat()), method_name=method_name, timeout=wait + WAIT_GRACE)


def _execute_after_wait(task: Any, context: Mapping[str, Any], event: str | None = None) -> Any:
    from multitv.beenius.triggers import go_on

    go_on(event)
    return task.execute(context)


def _execute_after_database(task: Any, context: Mapping[str, Any], event: str | None = None) -> Any:
    from multitv.database.triggers import go_on

    go_on(event)
    return task.execute(context)


def _require_answer(goes_on: str, given: Mapping[str, Any]) -> None:
    """Raise WaitLost if the scheduler ended the wait, because no trigger did until after its deadline."""
    if goes_on == "__fail__" and given.get("error") == "Trigger timeout":
        raise WaitLost(
            "This task waited past its deadline: the triggerer was away. See that it runs (`airflow jobs check "
            "--job-type TriggererJob`), then clear this task. Nothing was written."
        )
