"""The FastAPI application: its routes, and every error in the error format of the contract."""

from __future__ import annotations

import uuid
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from include.sandbox.errors import Refusal
from include.sandbox.openapi import describe
from include.sandbox.platform_state import Platform
from include.sandbox.routes import admin, admin_state, catalogue, oauth, subscribers
from include.sandbox.routes.common import VendorJson

ROOMS = (oauth, catalogue, subscribers, admin, admin_state)
CODES = {400: "VALIDATION_ERROR", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}


def application(platform: Platform) -> FastAPI:
    app = FastAPI(title="Beenius sandbox", version="1", docs_url=None, redoc_url=None)
    app.state.platform = platform
    for module in ROOMS:
        app.include_router(module.router)
    app.state.routes = [route for module in ROOMS for route in module.router.routes]
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _broken)
    describe(app)
    return app


def _envelope(request: Request, refusal: Refusal) -> Response:
    entry = getattr(request.state, "entry", None)
    if entry is not None and entry.outcome == "not reached":
        entry.outcome = "refused"
    request_id = request.headers.get("x-request-id") or str(uuid.uuid4())
    return VendorJson(refusal.body(request_id), refusal.status, refusal.headers)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)  # noqa: S101 - for the type checker; registered for nothing else
    return _envelope(request, error)


async def _invalid(request: Request, error: Exception) -> Response:
    """Answer with the first validation error: 400 if the body is not JSON, else 422."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    finding: dict[str, Any] = error.errors()[0]
    no_json = finding["type"] == "json_invalid"
    where = [str(part) for part in finding["loc"] if part not in ("body", "query", "path", "header")]
    field = None if no_json else ".".join(where) or None
    return _envelope(request, Refusal(400 if no_json else 422, "VALIDATION_ERROR", finding["msg"], field))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    refusal = Refusal(error.status_code, CODES.get(error.status_code, "ERROR"), str(error.detail))
    refusal.headers.update(error.headers or {})
    if error.status_code == 405:
        refusal.headers["Allow"] = ", ".join(sorted(_methods(request)))
    return _envelope(request, refusal)


def _methods(request: Request) -> set[str]:
    """Return every method of the path; the framework would name only those of the first matching route."""
    found: set[str] = set()
    for route in request.app.state.routes:
        if route.path_regex.match(request.url.path):
            found |= route.methods
    return found


async def _broken(request: Request, error: Exception) -> Response:
    return _envelope(request, Refusal(500, "INTERNAL_ERROR", f"bug in the sandbox: {type(error).__name__}"))
