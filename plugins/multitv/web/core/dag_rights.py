"""Rights on the runs of DAGs that Airflow's own permissions cannot tell apart: who may trigger one may trigger all.

A DAG whose form changes what a screen changes needs the right of that screen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from airflow.api_fastapi.core_api.security import bearer_scheme, get_user
from fastapi import HTTPException, Request
from fastapi.responses import JSONResponse
from starlette.types import Scope

from multitv.labels import sentence
from multitv.web.core.access import Person, Right
from multitv.web.core.bulkhead import LOOKUPS

RIGHTS = {"tv_billing_policy": Right.OFFER, "tv_privacy": Right.PINS}
_DAG = re.compile(r"/api/v2/dags/([^/]+)")


async def refusal(scope: Scope, body: bytes) -> JSONResponse | None:
    """Return the answer to a write on runs of a DAG by a person without its right, None if Airflow is to answer it."""
    names = {unquote(name) for name in _DAG.findall(scope["path"])} | set(_texts(body))
    needed = {right for dag_id, right in RIGHTS.items() if dag_id in names}
    if not needed:
        return None
    request = Request(scope)
    try:
        user = await get_user(request, None, await bearer_scheme(request))
    except HTTPException:
        # Airflow itself refuses a stranger.
        return None
    rights = await LOOKUPS.run(lambda: Person(user).rights)
    for right in needed - rights:
        return JSONResponse({"detail": sentence("right_missing", {"right": right})}, 403)
    return None


def _texts(body: bytes) -> Iterator[str]:
    """Yield all texts of a JSON document, since some requests name their DAGs there; none of what is no JSON."""
    try:
        waiting: list[Any] = [json.loads(body)] if body else []
    except (ValueError, RecursionError):
        return
    while waiting:
        match waiting.pop():
            case str(text):
                yield text
            case list(values):
                waiting += values
            case dict(values):
                waiting += values.values()
