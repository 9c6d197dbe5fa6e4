"""Keeps CPFs and CNPJs out of addresses, which browsers, proxies and access logs keep and pages hand on.

The search posts what was typed, so no address of ours has one. A request that has one all the same, such as a link that
somebody made, is answered with the way to search, and Airflow's access log gets the address without it.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from multitv.documents import characters, holds_document, is_valid
from multitv.labels import sentence
from multitv.web.core.models import ErrorBody, ErrorDetail

# With this the screen Clientes says why it was opened.
NOTICE = "documento"
_SEARCHES_OF_CLIENTS = frozenset({"/clientes", "/api/v1/clients"})
_FREE_TEXT = frozenset({"busca", "search"})


class PrivateAddress:
    """ASGI middleware. Answers requests with a CPF or CNPJ in their address, and removes it from the scope."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        search = _beneath(scope) in _SEARCHES_OF_CLIENTS
        query, removed = without_documents(scope["query_string"], search=search)
        if not removed:
            await self._app(scope, receive, send)
            return
        # The access log reads the scope once the request is answered.
        scope["query_string"] = query
        await _answer(scope, removed[0])(scope, receive, send)


def without_documents(query: bytes, *, search: bool) -> tuple[bytes, list[str]]:
    """Return a query string with *** for each value that holds a document, and the names of those values.

    `search`: it is of a search for clients, in which a document may stand anywhere and be mistyped. Elsewhere only a
    valid one counts, because ids, days and cursors look like one.
    """
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)

    def private(name: str, value: str) -> bool:
        return is_valid(characters(value)) or (search and name in _FREE_TEXT and holds_document(value))

    removed = [name for name, value in pairs if private(name, value)]
    if not removed:
        return query, []
    return urlencode([(name, "***" if private(name, value) else value) for name, value in pairs]).encode(), removed


def _beneath(scope: Scope) -> str:
    return str(scope["path"]).removeprefix(scope.get("root_path", ""))


def _answer(scope: Scope, name: str) -> Response:
    root = scope.get("root_path", "")
    message = sentence("document_in_address")
    if _beneath(scope).startswith("/api/"):
        detail = ErrorDetail(code="document_in_address", message=message, field=name)
        return JSONResponse(ErrorBody(error=detail).model_dump(), 422)
    if scope["method"] != "GET" or "hx-request" in Headers(scope=scope):
        return PlainTextResponse(message, 422)
    # The browser's history keeps where a redirect leads, not what was asked for.
    return RedirectResponse(f"{root}/clientes?{urlencode({'aviso': NOTICE})}", 303)
