"""The application of the JSON API, its OpenAPI, and its errors."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from multitv.web.billing import api as billing
from multitv.web.clients import api as clients
from multitv.web.contracts import api as contracts
from multitv.web.core.access import Reader
from multitv.web.core.errors import ErrorInfo, handle_errors
from multitv.web.core.models import ErrorBody, ErrorDetail
from multitv.web.dashboard import api as dashboard
from multitv.web.offer import api as offer
from multitv.web.open_items import api as open_items

_DESCRIPTION = """\
What the screens of Multi TV read and change, for programs. Log in as for Airflow's own API (`POST /auth/token`), and
send the token as `Authorization: Bearer`; Airflow's permissions apply.

Money is in reais, as text with two decimals (`"29.90"`); days are `YYYY-MM-DD`. Lists come in pages: pass `next` of one
as `cursor` of the next, until it is null. What is refused answers with `{"error": {"code", "message", "field"}}`, the
message in Portuguese; that of a refused change also says so where nothing was written."""

_ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorBody, "description": "The body cannot be read"},
    401: {"model": ErrorBody, "description": "No login, or one that has ended"},
    403: {"model": ErrorBody, "description": "The user lacks the permission, or another site sent the request"},
    404: {"model": ErrorBody, "description": "There is no such thing"},
    409: {"model": ErrorBody, "description": "A rule refuses it"},
    413: {"model": ErrorBody, "description": "The body is too large"},
    422: {"model": ErrorBody, "description": "The request holds a value that is none"},
    503: {"model": ErrorBody, "description": "The database, the platform or Airflow does not answer"},
}


def make_api() -> FastAPI:
    """Return the application that answers under /multitv/api/v1."""
    api = FastAPI(
        title="Multi TV",
        version="1",
        description=_DESCRIPTION,
        openapi_url=None,
        responses=_ERRORS,
        redirect_slashes=False,
    )
    routers = (offer.router, clients.router, contracts.router, billing.router, dashboard.router, open_items.router)
    for router in routers:
        api.include_router(router)
    handle_errors(api, _answer)

    @api.get("/openapi.json", include_in_schema=False)
    async def openapi(request: Request, person: Reader) -> dict[str, Any]:
        return api.openapi() | {"servers": [{"url": request.scope.get("root_path", "")}]}

    return api


def _answer(_: Request, problem: ErrorInfo) -> JSONResponse:
    detail = ErrorDetail(code=problem.code, message=problem.message, field=problem.field)
    return JSONResponse(ErrorBody(error=detail).model_dump(), problem.status, problem.headers)
