"""Refuses requests from other sites and bodies that are too large, and sets the security headers of every answer."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from multitv.labels import sentence

# The sentence "body_too_large" of labels.py names it.
MAX_BODY = 64 * 1024
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS = {
    # Scripts and styles only from this server; only Airflow may show a page in a frame.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class SecurityMiddleware:
    """ASGI middleware. Answers 403 to a write that another site sent, 413 to a body of more than MAX_BODY bytes."""

    def __init__(self, app: ASGIApp, address: str = "") -> None:
        """`address` is the public URL, needed where a proxy changes the Host header."""
        self._app = app
        self._known_as = urlsplit(address).netloc.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def outward(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    answer.setdefault(name, value)
                # Names, documents and PINs must not be cached.
                answer.setdefault("Cache-Control", "no-store")
            await send(message)

        if scope["method"] not in _SAFE_METHODS and _foreign(headers, self._known_as):
            await _refuse(scope, 403, "foreign", "request_foreign")(scope, receive, outward)
        elif _declared(headers) > MAX_BODY:
            await _refuse(scope, 413, "too_large", "body_too_large")(scope, receive, outward)
        else:
            await self._app(scope, _counted(receive), outward)


def _foreign(headers: Headers, known_as: str) -> bool:
    """Return whether a page of another origin sent the request, by what the browser says.

    A bearer token is proof enough: browsers send cookies by themselves, but never an Authorization header with one.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        # Every current browser sends one of the two headers.
        return "cookie" in headers
    return urlsplit(origin).netloc.lower() not in {headers.get("host", "").lower(), known_as} - {""}


def _declared(headers: Headers) -> int:
    length = headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() else 0


def _counted(receive: Receive) -> Receive:
    taken = 0

    async def inward() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MAX_BODY:
            # Of this kind, because that one passes through whatever reads the body.
            raise HTTPException(413)
        return message

    return inward


def _refuse(scope: Scope, status: int, code: str, cause: str) -> Response:
    # The body is not read, so nothing can follow on this connection.
    headers = {"Connection": "close"}
    reason = sentence(cause)
    if scope["path"].removeprefix(scope.get("root_path", "")).startswith("/api/"):
        # The same body as for errors of the JSON API itself.
        return JSONResponse({"error": {"code": code, "message": reason, "field": None}}, status, headers)
    return PlainTextResponse(reason, status, headers)
