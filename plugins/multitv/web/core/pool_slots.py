"""Tells how many slots each pool of our tasks has, and what waits: tasks cannot read Airflow's database, nor log in."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from multitv.beenius.pool import DEFAULT_POOL, POOL_PATH, POOLS
from multitv.settings import OWNER


async def pool_slots(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer {"slots": number, "waiting": number, "since": time}; slots is null if there is no such pool.

    `waiting` are our tasks that wait for a slot, `since` the time since which the first does, null if none does. Open
    to everybody, as Airflow's own health is. The path names one of our pools, or Airflow's default one.
    """
    name = scope["path"].rpartition(f"{POOL_PATH}/")[2].strip("/")
    known = name in POOLS or name == DEFAULT_POOL
    state = await run_in_threadpool(_state, name) if known else {"slots": None, "waiting": 0, "since": None}
    await JSONResponse(state)(scope, receive, send)


def _state(name: str) -> dict[str, Any]:
    from airflow.models import DagModel, TaskInstance
    from airflow.models.pool import Pool
    from airflow.utils.session import create_session
    from sqlalchemy import func, select

    waits = (
        select(func.count(), func.min(TaskInstance.scheduled_dttm))
        .join(DagModel, DagModel.dag_id == TaskInstance.dag_id)
        .where(TaskInstance.pool == name, TaskInstance.state.in_(("scheduled", "queued")), DagModel.owners == OWNER)
    )
    with create_session() as session:
        pool = Pool.get_pool(name, session=session)
        waiting, since = session.execute(waits).one()
    slots = None if pool is None else int(pool.slots)
    return {"slots": slots, "waiting": waiting, "since": since.isoformat() if since else None}
