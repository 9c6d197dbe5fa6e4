"""Callbacks of every task: Airflow calls them when a task failed and has no retry left, and when one ended well.

They never make it worse: whatever goes wrong in them is logged, and they give up after some seconds. If the ISP's
database does not take a failure, the channels are told at once, once for each cause, and the failure is kept on this
machine: the next callback that reaches the database records it, and who knows of it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from airflow.sdk import Context
from sqlalchemy import Engine

from multitv.alerts import failures, kept
from multitv.alerts.channels import Channel, open_channels, within
from multitv.alerts.failures import Failure
from multitv.alerts.messages import Alert, message
from multitv.alerts.tell import take_up
from multitv.database.engine import task_engine
from multitv.errors import MultiTVError, Refusal
from multitv.settings import Settings, get_settings

log = logging.getLogger(__name__)

DATABASE_SECONDS = 15.0
DIRECT_SECONDS = 15.0
# What a platform in trouble does in turns; to a person it is one cause.
_OF_PLATFORM = {"platform_down", "unanswered", "rate_limited", "not_json", "incomplete_snapshot", "token_refused"}


def record_failure(context: Context) -> None:
    """Record that a task failed for good, for the next run of tv_alerts to tell; tell it at once without a database.

    A rule that refuses what a person asked for is no failure: that person is told. It is recorded as over, so that
    nobody takes it for a failure whose callback was lost.
    """
    try:
        failure = _failure(context)
        if not _recorded(failure):
            _keep(failure)
            if not failure.is_over:
                tell_directly(failure, get_settings())
    except Exception as error:  # noqa: BLE001 - the task has failed already, and its own error is what counts
        log.warning("The failure could not be told: %s.", type(error).__name__)


def end_failures(context: Context) -> None:
    """Note that a task ended well, which ends its earlier failures: in other runs only if its run did all."""
    try:
        ti, task = context["ti"], context["task"]
        engine = task_engine()
        # What has to be asked of Airflow is asked here, and not in the thread.
        due_date, map_index = _due_date(context), _map_index(ti)
        did_all = failures.did_all(context.get("params"))
        started_at = (getattr(ti, "start_date", None) or datetime.now(UTC)) if did_all else None
        up_to = {ti.task_id, *task.get_flat_relative_ids(upstream=True), *_left_out(task, ti)}

        def end() -> int:
            hand_over(engine)
            return failures.end(
                engine,
                ti.dag_id,
                up_to,
                ti.run_id,
                task_id=ti.task_id,
                map_index=map_index,
                due_date=due_date,
                started_at=started_at,
            )

        ended = within(DATABASE_SECONDS, end)
        if ended:
            log.info("%s earlier failures of this task are over.", ended)
    except Exception as error:  # noqa: BLE001 - the task has ended well already
        log.warning("Earlier failures could not be ended: %s.", type(error).__name__)


def tell_directly(failure: Failure, settings: Settings) -> bool:
    """Tell every channel of a failure without the database, unless it knows of the cause; return whether any was told.

    While another task of this machine does so, this one leaves it to that.
    """
    channels = open_channels(settings.alert_urls)
    if not channels:
        return False
    title, body = message([_alert(failure)], [], [], base_url="", timezone=settings.timezone)
    try:
        with kept.alone(DIRECT_SECONDS) as is_alone:
            if not is_alone:
                return False
            told = kept.already_told(failure)
            took = _send([channel for channel in channels if channel.id not in told], title, body)
            # After sending: what nobody took is sent with the next failure.
            if took:
                kept.note_told(failure, told | took)
    except OSError as error:
        log.warning("Who was told cannot be noted (%s): this may be told again.", error)
        took = _send(channels, title, body)
    return bool(took)


def _send(channels: Sequence[Channel], title: str, body: str) -> set[str]:
    return {channel.id for channel in channels if channel.send(title, body, seconds=DIRECT_SECONDS)}


def _alert(failure: Failure) -> Alert:
    return Alert(
        0,
        "task_failed",
        {
            "code": failure.code,
            "tasks": 1,
            "dags": [failure.dag_name],
            "task": failure.task_name,
            "due_dates": [failure.due_date.isoformat()] if failure.due_date else [],
            "link": failure.link,
        },
        None,
        None,
        failure.failed_at,
    )


def _recorded(failure: Failure) -> bool:
    try:
        engine = task_engine()
    except MultiTVError:
        return False

    def record() -> bool:
        hand_over(engine)
        failures.record(engine, failure)
        return True

    return bool(within(DATABASE_SECONDS, record))


def _keep(failure: Failure) -> None:
    try:
        kept.keep(failure)
    except OSError as error:
        log.warning("The failure cannot be kept (%s): it is told, and recorded nowhere.", error)


def hand_over(engine: Engine) -> None:
    """Record what this machine kept while the database was away. Raises DatabaseUnavailable."""
    settings = get_settings()
    try:
        count = kept.hand_over(lambda failed, told: take_up(engine, failed, told, settings))
    except MultiTVError:
        raise
    except Exception as error:  # noqa: BLE001 - what is kept must not hold up what failed or ended now
        log.warning("What was kept on this machine could not be recorded: %s.", type(error).__name__)
    else:
        if count:
            log.info("%s failures were recorded that the database had not taken.", count)


def _failure(context: Context) -> Failure:
    ti, error = context["ti"], context.get("exception")
    try_id = getattr(ti, "id", None)
    return Failure(
        dag_id=ti.dag_id,
        dag_name=str(getattr(context.get("dag"), "dag_display_name", None) or ti.dag_id),
        task_id=ti.task_id,
        task_name=str(getattr(context.get("task"), "task_display_name", None) or ti.task_id),
        run_id=ti.run_id,
        map_index=_map_index(ti),
        due_date=_due_date(context),
        code=_code(error),
        link=getattr(ti, "log_url", None),
        task_instance_id=str(try_id) if try_id else None,
        is_over=isinstance(error, Refusal),
    )


def _code(error: str | BaseException | None) -> str:
    # A task that was killed leaves no exception.
    if not error:
        return "task_killed"
    code = error.code if isinstance(error, MultiTVError) else "unexpected_error"
    return "platform_unavailable" if code in _OF_PLATFORM else code


def _map_index(ti: Any) -> int:
    index = getattr(ti, "map_index", None)
    return -1 if index is None else int(index)


def _left_out(task: Any, ti: Any) -> set[str]:
    """Return the tasks that this one is to be followed by, one for each thing of its list, if that is empty.

    They have nothing to do any more, are skipped, and would never end well.
    """
    mapped = [*task.iter_mapped_dependants()]
    if not mapped or ti.xcom_pull(task_ids=ti.task_id) != []:
        return set()
    return {each.task_id for node in mapped for each in (node.iter_tasks() if hasattr(node, "iter_tasks") else [node])}


def _due_date(context: Context) -> date | None:
    dag = context.get("dag")
    if dag is None or "resolve_due_date" not in dag.task_ids:
        return None
    try:
        return date.fromisoformat(str(context["ti"].xcom_pull(task_ids="resolve_due_date")))
    except ValueError:
        return None
