"""Shared by the routes: the vendor's media type, paging, and writes that are carried out once for each key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, cast

from fastapi import Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from include.sandbox.clock import stamp
from include.sandbox.errors import VENDOR_JSON, Refusal
from include.sandbox.models import Moment
from include.sandbox.platform_state import Platform
from include.sandbox.request_log import Entry
from include.sandbox.store import RecordedWrite
from include.sandbox.subscribers import Reply

BASE = "/provisioning/v1/operators/{operator_uid}"
KEY_LIFE = timedelta(hours=24)


class VendorJson(JSONResponse):
    """A response whose content is already JSON text, because bodies are stored as they are sent."""

    media_type = VENDOR_JSON

    def render(self, content: str) -> bytes:
        return content.encode()


async def the_platform(request: Request) -> Platform:
    return cast("Platform", request.app.state.platform)


Parts = Annotated[Platform, Depends(the_platform)]
PageNumber = Annotated[int, Query(ge=1, le=10**12)]
PageSize = Annotated[int, Query(ge=1, le=500)]
Since = Annotated[Moment | None, Query(description="RFC 3339; rows that changed at or after it")]


def read(request: Request, body: str) -> Response:
    request.state.entry.outcome = "read"
    return VendorJson(body)


def paged(request: Request, bodies: list[str], page: int, size: int, count: int) -> Response:
    """Return a page of rows whose bodies are already JSON text."""
    rows = ",".join(bodies)
    return read(request, f'{{"list":[{rows}],"pageNumber":{page},"pageSize":{size},"rowCount":{count}}}')


async def written(request: Request, platform: Platform, act: Callable[[], Reply]) -> Response:
    """
    Carry out a write once for each idempotency key; a repeated key gets the first answer again.

    Effect and answer are stored in one transaction. A refusal is an answer too, and is repeated. Raises Refusal 409 if
    the key was used with another method, path or body.
    """
    fingerprint = await _fingerprint(request)
    body = await request.body()
    platform.variant.check(json.loads(body) if body else None)
    entry: Entry = request.state.entry
    key, now = cast("str", entry.idempotency_key), platform.clock.now()
    with platform.store.transaction():
        before = platform.store.operation(key, stamp(now - KEY_LIFE))
        if before is None:
            reply, entry.outcome = _carried_out(act, entry.request_id)
            answer = reply.body if reply.again is None else reply.again
            platform.store.remember(
                RecordedWrite(
                    key, fingerprint, entry.request_id, entry.method, entry.path, reply.status, answer, stamp(now)
                )
            )
    if before is None:
        return VendorJson(reply.body, reply.status)
    if before.fingerprint != fingerprint:
        raise Refusal(
            409, "IDEMPOTENCY_MISMATCH", f"Idempotency-Key {key} belongs to another request", "Idempotency-Key"
        )
    entry.outcome = "replayed"
    return VendorJson(before.answer, before.status)


def _carried_out(act: Callable[[], Reply], request_id: str) -> tuple[Reply, str]:
    try:
        return act(), "executed"
    except Refusal as refusal:
        return Reply(refusal.status, refusal.body(request_id)), "refused"


async def _fingerprint(request: Request) -> bytes:
    """Return a digest of method, path and body. JSON that differs only in its formatting has the same digest."""
    body = await request.body()
    meaning: Any = json.loads(body) if body else None
    text = json.dumps([request.method, request.url.path, meaning], sort_keys=True)
    return hashlib.sha256(text.encode()).digest()
