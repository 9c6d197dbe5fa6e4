"""HTTP answers as values, and the ways to deliver one: whole, late, in half, or not at all."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass, field, replace

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from include.sandbox.errors import VENDOR_JSON, Refusal

FLUSH_SECONDS = 0.05
PARTS = 20
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """An answer: status, whole body, and headers without Content-Length."""

    status: int
    body: bytes
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)


@dataclass(frozen=True)
class Wire:
    """The ASGI scope and channels of one request."""

    scope: Scope
    receive: Receive
    send: Send

    async def buffered(self) -> Wire:
        """Read the whole request; it is then carried out even if the caller disconnects."""
        messages = [await self.receive()]
        while messages[-1].get("more_body"):
            messages.append(await self.receive())

        async def receive() -> Message:
            return messages.pop(0) if messages else await self.receive()

        return replace(self, receive=receive)

    async def gone(self) -> None:
        """Wait until the caller disconnects."""
        while (await self.receive())["type"] != "http.disconnect":
            pass


def refused(refusal: Refusal, request_id: str) -> Answer:
    headers = [(b"content-type", VENDOR_JSON.encode())]
    headers += [(name.encode(), value.encode()) for name, value in refusal.headers.items()]
    return Answer(refusal.status, refusal.body(request_id).encode(), headers)


async def captured(app: ASGIApp, wire: Wire) -> Answer:
    """Return the answer of `app` without sending it."""
    start: Message = {}
    parts: list[bytes] = []

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            parts.append(message.get("body", b""))

    try:
        await app(wire.scope, wire.receive, keep)
    except Exception:
        if not start:
            raise
        logger.exception("%s %s failed because of a bug in the sandbox", wire.scope["method"], wire.scope["path"])
    headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
    return Answer(start["status"], b"".join(parts), headers)


async def deliver(wire: Wire, answer: Answer) -> None:
    await _start(wire, answer, len(answer.body))
    await wire.send({"type": "http.response.body", "body": answer.body})


async def deliver_late(wire: Wire, answer: Answer, seconds: float) -> None:
    """Send the answer after `seconds`, or when the caller disconnects."""
    with suppress(TimeoutError):
        await asyncio.wait_for(wire.gone(), seconds)
    await deliver(wire, answer)


async def deliver_slowly(wire: Wire, answer: Answer, seconds: float) -> None:
    """Send the body in small parts over so many seconds."""
    await _start(wire, answer, len(answer.body))
    size = max(1, len(answer.body) // PARTS)
    for start in range(0, len(answer.body), size):
        await wire.send({"type": "http.response.body", "body": answer.body[start : start + size], "more_body": True})
        await asyncio.sleep(seconds / PARTS)
    await wire.send({"type": "http.response.body", "body": b""})


async def deliver_half(wire: Wire, answer: Answer, *, honest: bool) -> None:
    """Send half of the body: as a whole answer if `honest`, else announce the whole length and disconnect half-way."""
    half = answer.body[: len(answer.body) // 2]
    if honest:
        await deliver(wire, Answer(answer.status, half, answer.headers))
        return
    await _start(wire, answer, len(answer.body))
    await wire.send({"type": "http.response.body", "body": half, "more_body": True})
    transport(wire).close()
    await wire.gone()


async def reset(wire: Wire, answer: Answer) -> None:
    """Send half of the body, then a TCP reset. Without a body, reset before the answer starts."""
    if answer.body:
        await _start(wire, answer, len(answer.body))
        await wire.send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})
        await asyncio.sleep(FLUSH_SECONDS)
    abort_on_close(transport(wire))
    transport(wire).abort()
    await wire.gone()


async def drop(wire: Wire) -> None:
    """Close the connection without an answer."""
    transport(wire).close()
    await wire.gone()


def transport(wire: Wire) -> asyncio.Transport:
    found: asyncio.Transport = wire.scope["state"]["transport"]
    return found


def abort_on_close(connection: asyncio.Transport) -> None:
    """Make closing send a TCP reset. Set on a copy of the descriptor, since the loop's own socket takes no options."""
    with socket.socket(fileno=os.dup(connection.get_extra_info("socket").fileno())) as same:
        same.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def _start(wire: Wire, answer: Answer, length: int) -> None:
    headers = list(answer.headers)
    if answer.status != 204:
        headers.append((b"content-length", str(length).encode()))
    await wire.send({"type": "http.response.start", "status": answer.status, "headers": headers})
