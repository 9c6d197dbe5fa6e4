"""Tells how many slots each pool of our tasks has: tasks cannot read Airflow's database, and have no login."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from multitv.beenius.pool import POOL_PATH, POOLS


async def pool_slots(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer {"slots": number}, null if there is no such pool. Open to everybody, as Airflow's own health is.

    The path names one of our pools.
    """
    name = scope["path"].rpartition(f"{POOL_PATH}/")[2].strip("/")
    slots = await run_in_threadpool(_slots, name) if name in POOLS else None
    await JSONResponse({"slots": slots})(scope, receive, send)


def _slots(name: str) -> int | None:
    from airflow.models.pool import Pool

    pool = Pool.get_pool(name)
    return None if pool is None else int(pool.slots)
