"""Turns exceptions that nothing else handles into an answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class UnhandledErrors:
    """ASGI middleware. `handle` answers whatever is raised before an answer has begun, and it goes no further.

    A handler of Exception would answer and then raise it all the same, and what Airflow has around us cuts the
    connection before that answer is out.
    """

    def __init__(self, app: ASGIApp, handle: Callable[[Request, Exception], Awaitable[Response]]) -> None:
        self._app = app
        self._handle = handle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answering = False

        async def outward(message: Message) -> None:
            nonlocal answering
            answering = True
            await send(message)

        try:
            await self._app(scope, receive, outward)
        except Exception as error:
            if answering:
                raise
            answer = await self._handle(Request(scope), error)
            await answer(scope, receive, send)
