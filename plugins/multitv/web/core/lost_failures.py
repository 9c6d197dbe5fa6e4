"""Records failed tasks whose callback was lost: tasks cannot ask Airflow's database for them, the api-server can."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from multitv.alerts.failures import LOST, Failure, did_all
from multitv.alerts.lost import LOST_PATH, FailedTask, record_lost
from multitv.settings import OWNER
from multitv.web.core.bulkhead import Bulkhead
from multitv.web.core.database import web_engine
from multitv.web.core.single_flight import SingleFlight

log = logging.getLogger(__name__)

# When it goes well its failures are over; while it does not, a service outside misses the heartbeat.
_ALERTS = "tv_alerts"
_DUE_DATE = "resolve_due_date"
# So many failed tasks of the days that are looked back on, the newest.
_MOST_FAILED = 10_000
# Of the runs in which a task ended well later, so many are looked at.
_MOST_LATER = 50
# How Airflow notes that a person marked a task or a run.
_MARKS = ("patch_task_instance", "patch_task_group_instances", "bulk_task_instances", "patch_dag_run")
_AS_FAILED = 'state": "failed"'
# The start that Airflow gives a task that is marked before it began is later than the note of who marked it.
_NOTED_BEFORE = timedelta(minutes=1)
# Strangers who ask without end make one look at a time, in so many seconds, and take no place from the screens.
_SHARED = SingleFlight[bool](seconds=2)
_LOOKS = Bulkhead("lost-failures", 1, wait_seconds=1)


async def lost_failures(scope: Scope, receive: Receive, send: Send) -> None:
    """Record them when asked by POST. Open to everybody, because tasks have no login; the answer is always empty."""
    await (await _answer(scope))(scope, receive, send)


async def _answer(scope: Scope) -> Response:
    if not scope["path"].endswith(LOST_PATH):
        return Response(status_code=404)
    # A websocket has no method.
    if scope.get("method") != "POST":
        return Response(status_code=405, headers={"Allow": "POST"})
    return Response(status_code=204 if await _SHARED.get(_look) else 503)


async def _look() -> bool:
    try:
        engine = await web_engine()
        recorded = await _LOOKS.run(record_lost, engine, datetime.now(UTC), _failed_between, _describe)
    except Exception as error:  # noqa: BLE001 - a look that fails counts as one, or strangers would have many
        log.warning("Lost failures were not looked for: %s.", error)
        return False
    if recorded:
        log.warning("%s failed tasks were recorded whose callbacks did not tell.", recorded)
    return True


def _failed_between(since: datetime, until: datetime) -> list[FailedTask]:
    from airflow.models import DagModel, TaskInstance
    from airflow.utils.session import create_session
    from sqlalchemy import func, select

    ended_at = func.coalesce(TaskInstance.end_date, TaskInstance.updated_at)
    failed = (
        select(
            TaskInstance.id,
            TaskInstance.dag_id,
            TaskInstance.task_id,
            TaskInstance.run_id,
            TaskInstance.map_index,
            ended_at,
        )
        .join(DagModel, DagModel.dag_id == TaskInstance.dag_id)
        .where(
            TaskInstance.state == "failed",
            ended_at.between(since, until),
            DagModel.owners == OWNER,
            TaskInstance.dag_id != _ALERTS,
        )
        .order_by(ended_at.desc())
        .limit(_MOST_FAILED)
    )
    with create_session() as session:
        return [FailedTask(str(row[0]), *row[1:]) for row in session.execute(failed)]


def _describe(ids: Collection[str]) -> Sequence[Failure]:
    from uuid import UUID

    from airflow.models import DagModel, TaskInstance
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        found = session.execute(
            select(TaskInstance, DagModel)
            .join(DagModel, DagModel.dag_id == TaskInstance.dag_id)
            # One that was cleared meanwhile has another id, or state.
            .where(TaskInstance.id.in_([UUID(each) for each in ids]), TaskInstance.state == "failed")
        ).all()
        return [_failure(session, ti, dag) for ti, dag in found]


def _failure(session: Any, ti: Any, dag: Any) -> Failure:
    due_date = _due_date(session, ti.dag_id, ti.run_id)
    ended_at = ti.end_date or ti.updated_at
    return Failure(
        dag_id=ti.dag_id,
        dag_name=str(dag.dag_display_name),
        task_id=ti.task_id,
        task_name=str(ti.task_display_name),
        run_id=ti.run_id,
        map_index=ti.map_index,
        due_date=due_date,
        code=LOST,
        link=ti.log_url,
        failed_at=ended_at,
        task_instance_id=str(ti.id),
        is_over=_is_marked(session, ti, ended_at) or _went_well(session, ti, ended_at, due_date),
    )


def _is_marked(session: Any, ti: Any, ended_at: datetime) -> bool:
    """Tell whether a person marked this try, or its run: nobody has to tell that person."""
    from airflow.models.log import Log
    from sqlalchemy import exists, or_, select

    began = ti.start_date or ti.queued_dttm or ti.scheduled_dttm or ended_at
    marked = exists().where(
        Log.dag_id == ti.dag_id,
        Log.run_id == ti.run_id,
        or_(Log.task_id.is_(None), Log.task_id == ti.task_id),
        or_(Log.map_index.is_(None), Log.map_index == ti.map_index),
        Log.event.in_(_MARKS),
        # Not a note, nor a mark as success.
        Log.extra.contains(_AS_FAILED, autoescape=True),
        Log.dttm >= began - _NOTED_BEFORE,
    )
    return bool(session.scalar(select(marked)))


def _went_well(session: Any, ti: Any, ended_at: datetime, due_date: date | None) -> bool:
    """Tell whether the task ended well later in another run, which ends its failures as a callback would have."""
    from airflow.models import DagRun, TaskInstance
    from sqlalchemy import select

    later = (
        select(TaskInstance.run_id, DagRun.conf)
        .join(DagRun, (DagRun.dag_id == TaskInstance.dag_id) & (DagRun.run_id == TaskInstance.run_id))
        .where(
            TaskInstance.dag_id == ti.dag_id,
            TaskInstance.task_id == ti.task_id,
            TaskInstance.run_id != ti.run_id,
            TaskInstance.state == "success",
            TaskInstance.start_date > ended_at,
        )
        .order_by(TaskInstance.start_date.desc())
        .limit(_MOST_LATER)
    )
    return any(
        did_all(conf) and (due_date is None or _due_date(session, ti.dag_id, run_id) == due_date)
        for run_id, conf in session.execute(later)
    )


def _due_date(session: Any, dag_id: str, run_id: str) -> date | None:
    from airflow.models.xcom import XComModel
    from sqlalchemy import select

    given = session.scalar(
        select(XComModel.value).where(
            XComModel.dag_id == dag_id,
            XComModel.run_id == run_id,
            XComModel.task_id == _DUE_DATE,
            XComModel.key == "return_value",
        )
    )
    try:
        return date.fromisoformat(str(given).strip('"'))
    except ValueError:
        return None
