"""The application: the screens, the JSON API beneath them, and how both tell what went wrong."""

from __future__ import annotations

import json

from airflow.api_fastapi.app import get_auth_manager
from airflow.configuration import conf
from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from multitv.alerts.lost import FAILURES_PATH
from multitv.beenius.pool import POOL_PATH
from multitv.web.api import make_api
from multitv.web.billing import pages as billing
from multitv.web.clients import pages as clients
from multitv.web.contracts import pages as contracts
from multitv.web.core.errors import ErrorInfo, handle_errors
from multitv.web.core.lost_failures import lost_failures
from multitv.web.core.pool_slots import pool_slots
from multitv.web.core.private_address import PrivateAddress
from multitv.web.core.rendering import WEB, render
from multitv.web.core.security import SecurityMiddleware
from multitv.web.dashboard import pages as dashboard
from multitv.web.metrics import pages as metrics
from multitv.web.offer import pages as offer
from multitv.web.open_items import pages as open_items
from multitv.web.runs import pages as runs

_ROUTERS = (
    dashboard.router,
    open_items.router,
    clients.router,
    contracts.router,
    billing.router,
    offer.router,
    runs.router,
    metrics.router,
)


class _Static(StaticFiles):
    """Our own files are asked for with each page, and mostly not sent again; a version of another's never changes."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        of_others = path.startswith("vendor/") and answer.status_code == 200
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if of_others else "no-cache"
        return answer


def make_app() -> FastAPI:
    """Return the application that Airflow mounts under /multitv."""
    app = FastAPI(title="Multi TV", openapi_url=None)
    app.mount("/api/v1", make_api())
    app.mount(POOL_PATH, pool_slots)
    app.mount(FAILURES_PATH, lost_failures)
    app.mount("/static", _Static(directory=WEB / "static"))
    for router in _ROUTERS:
        app.include_router(router)
    handle_errors(app, _answer)
    app.add_middleware(PrivateAddress)
    # Around the handling of errors, whose answers get its headers as well.
    app.add_middleware(SecurityMiddleware, address=conf.get("api", "base_url", fallback=""))
    return app


def _answer(request: Request, problem: ErrorInfo) -> Response:
    """Answer an error as a page, as a note on a page that asked for a part, or with the way to the login."""
    part = "hx-request" in request.headers
    if problem.status == 401:
        if "authorization" in request.headers:
            # A program, which would take the page of the login for an answer.
            return PlainTextResponse(problem.message, 401, {"WWW-Authenticate": "Bearer"})
        if request.method == "GET" and not part:
            return RedirectResponse(get_auth_manager().get_url_login(next_url=_address(request)), 303)
        # The page comes anew, by way of the login.
        return PlainTextResponse(problem.message, 401, {"HX-Refresh": "true"})
    if part:
        answer = _note(problem)
    else:
        answer = render(request, "core/error.html", None, status=problem.status, message=problem.message)
    answer.headers.update(problem.headers)
    return answer


def _address(request: Request) -> str:
    """Return the path and query of a request as a browser has them.

    Not the whole address: its host would be what the Host header says, which anybody can write.
    """
    root = request.scope.get("root_path", "")
    path = root + request.url.path.removeprefix(root)
    return f"{path}?{request.url.query}" if request.url.query else path


def _note(problem: ErrorInfo) -> Response:
    """Answer a part of a page: the page stays as it is, and static/multitv.js shows the message."""
    headers = {"HX-Reswap": "none", "HX-Trigger": json.dumps({"refused": problem.message})}
    return PlainTextResponse(problem.message, problem.status, headers)
