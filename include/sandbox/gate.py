"""Every request to the platform passes the gate, which authorises it, plays faults on it and logs it."""

from __future__ import annotations

import asyncio
import re
import uuid
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from include.sandbox import answers
from include.sandbox.answers import Answer, Wire
from include.sandbox.content_faults import CONTENT_FAULTS, apply_content_fault
from include.sandbox.errors import VENDOR_JSON, Refusal
from include.sandbox.faults import WRITES, Fault, Kind
from include.sandbox.platform_state import Platform
from include.sandbox.request_log import Entry

OPERATOR = re.compile(r"/provisioning/v1/operators/([^/]*)")
HTML = "<!doctype html><html><body><h1>{status}</h1><p>The server is resting.</p></body></html>"


class Gate:
    """ASGI middleware. Admin calls and the OpenAPI description pass untouched."""

    def __init__(self, app: ASGIApp, platform: Platform) -> None:
        self._app = app
        self._platform = platform

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(("/provisioning/", "/oauth/")):
            await self._app(scope, receive, send)
            return
        self._platform.variant.hear(scope)
        wire, headers = Wire(scope, receive, send), Headers(scope=scope)
        entry = Entry(
            at=self._platform.clock.text(),
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            request_id=headers.get("x-request-id", ""),
            idempotency_key=headers.get("idempotency-key"),
        )
        scope.setdefault("state", {})["entry"] = entry
        self._platform.log.add(entry)
        try:
            await self._let_through(wire, headers, entry)
        except asyncio.CancelledError:
            # The server is stopping: callers whose answers are held back lose their connections. The end of the loop
            # may cancel once more before they are seen to be lost.
            with suppress(asyncio.CancelledError):
                await answers.drop(wire)

    async def _let_through(self, wire: Wire, headers: Headers, entry: Entry) -> None:
        faults = self._platform.faults.matching(entry.method, entry.path)
        if faults:
            await self._play(wire, headers, entry, faults)
            return
        answer = self._platform.variant.speak(await self._answer(wire, headers, entry), wire.scope)
        self._platform.log.close(entry, answer.status)
        await self._deliver(wire, answer)

    async def _deliver(self, wire: Wire, answer: Answer) -> None:
        await answers.deliver(wire, answer)
        if self._platform.variant.traits.closes:
            answers.transport(wire).close()

    async def _answer(self, wire: Wire, headers: Headers, entry: Entry) -> Answer:
        """Return the platform's own answer, without faults."""
        refusal = self._refusal(headers, entry) if entry.path.startswith("/provisioning/") else None
        if refusal is None:
            return await answers.captured(self._app, wire)
        entry.outcome = "refused"
        return answers.refused(refusal, entry.request_id or str(uuid.uuid4()))

    def _refusal(self, headers: Headers, entry: Entry) -> Refusal | None:
        """Return why the request is refused, None if it is not: credentials are checked first, then other headers."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return Refusal(401, "TOKEN_MISSING", "send Authorization: Bearer <access token>", "Authorization")
        if not self._platform.tokens.live(token.strip()):
            return Refusal(401, "TOKEN_EXPIRED", "the access token has expired; ask for another", "Authorization")
        operator = OPERATOR.match(entry.path)
        if operator and operator[1] != self._platform.settings.operator_uid:
            return Refusal(403, "OPERATOR_MISMATCH", f"these credentials are not of operator {operator[1]}")
        if re.sub(r"\s", "", headers.get("accept", "")).lower() != VENDOR_JSON:
            return Refusal(406, "NOT_ACCEPTABLE", f"this platform speaks {VENDOR_JSON} only", "Accept")
        if not _is_uuid(entry.request_id):
            return Refusal(422, "VALIDATION_ERROR", "send a UUID as X-Request-Id", "X-Request-Id")
        key = (entry.idempotency_key or "").strip()
        if entry.method in WRITES and not 0 < len(key) <= 255:
            message = "send an Idempotency-Key of 1 to 255 characters with every write"
            return Refusal(422, "VALIDATION_ERROR", message, "Idempotency-Key")
        return None

    async def _play(self, wire: Wire, headers: Headers, entry: Entry, faults: list[Fault]) -> None:
        for fault in _taken(faults, entry, Kind.LATENCY):
            wire = await wire.buffered()
            await asyncio.sleep(0.02 if fault.spec.seconds is None else fault.spec.seconds)
        for _ in _taken(faults, entry, Kind.TOKEN_EXPIRED):
            self._platform.tokens.expire()
        answer = self._instead(faults, entry, executed=False)
        dropped = answer is None and _first(faults, entry, Kind.DROPPED, executed=False)
        if answer is None and not dropped:
            answer = await self._answer(wire, headers, entry)
            answer = self._with_content_faults(answer, faults, entry)
            answer = self._platform.variant.speak(answer, wire.scope)
            answer = self._instead(faults, entry, executed=True) or answer
            dropped = _first(faults, entry, Kind.DROPPED, executed=True)
        self._platform.log.close(entry, None if dropped or answer is None else answer.status)
        if dropped or answer is None:
            await answers.drop(wire)
        else:
            await self._play_delivery(wire, answer, faults, entry)

    async def _play_delivery(self, wire: Wire, answer: Answer, faults: list[Fault], entry: Entry) -> None:
        if entry.outcome == "executed":
            late = _first(faults, entry, Kind.TIMEOUT_AFTER_WRITE)
            if late:
                await answers.deliver_late(wire, answer, 60 if late.spec.seconds is None else late.spec.seconds)
                return
        if _first(faults, entry, Kind.RESET):
            await answers.reset(wire, answer)
            return
        halved = _first(faults, entry, Kind.TRUNCATED) if answer.body else None
        if halved:
            await answers.deliver_half(wire, answer, honest=halved.spec.content_length == "right")
            return
        trickling = _first(faults, entry, Kind.TRICKLE) if answer.body else None
        if trickling:
            await answers.deliver_slowly(wire, answer, 60 if trickling.spec.seconds is None else trickling.spec.seconds)
            return
        await self._deliver(wire, answer)

    def _instead(self, faults: list[Fault], entry: Entry, *, executed: bool) -> Answer | None:
        """Return the answer of the first fault that replaces the platform's own, None if there is none."""
        for kind in (Kind.RATE_LIMITED, Kind.SERVER_ERROR, Kind.REFUSED, Kind.NOT_JSON):
            fault = _first(faults, entry, kind, executed=executed)
            if fault:
                return _spoken(fault, entry.request_id or str(uuid.uuid4()))
        return None

    def _with_content_faults(self, answer: Answer, faults: list[Fault], entry: Entry) -> Answer:
        for fault in faults:
            changed = apply_content_fault(answer, fault, entry.path) if fault.spec.kind in CONTENT_FAULTS else None
            if changed:
                entry.faults.append(fault.spec.kind)
                answer = changed
        return answer


def _taken(faults: list[Fault], entry: Entry, kind: Kind) -> list[Fault]:
    """Return the faults of a kind that are played now, and log them."""
    taken = [fault for fault in faults if fault.spec.kind is kind and fault.take()]
    entry.faults.extend(fault.spec.kind for fault in taken)
    return taken


def _first(faults: list[Fault], entry: Entry, kind: Kind, *, executed: bool | None = None) -> Fault | None:
    """Return the first fault of a kind that is played now, and log it; later ones do not count the request."""
    for fault in faults:
        if fault.spec.kind is kind and executed in (None, fault.spec.executed) and fault.take():
            entry.faults.append(fault.spec.kind)
            return fault
    return None


def _spoken(fault: Fault, request_id: str) -> Answer:
    if fault.spec.kind is Kind.NOT_JSON:
        status = fault.spec.status or 200
        return Answer(status, HTML.format(status=status).encode(), [(b"content-type", b"text/html; charset=utf-8")])
    if fault.spec.kind is Kind.RATE_LIMITED:
        refusal = Refusal(429, "RATE_LIMITED", f"too many requests; wait {fault.spec.retry_after} s")
        refusal.headers["retry-after"] = str(fault.spec.retry_after)
        return answers.refused(refusal, request_id)
    if fault.spec.kind is Kind.REFUSED:
        return answers.refused(
            Refusal(fault.spec.status or 403, fault.spec.code, "the platform refuses this"), request_id
        )
    status = fault.spec.status or 503
    return answers.refused(Refusal(status, "UNAVAILABLE", "the platform has a fault"), request_id)


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
