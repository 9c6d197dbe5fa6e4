"""The metrics for Prometheus, by a token that gives nothing else, or by the login of a person who may read."""

from __future__ import annotations

import hmac
from typing import Annotated

from airflow.api_fastapi.core_api.security import bearer_scheme
from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials
from prometheus_client import CONTENT_TYPE_LATEST

from multitv.reports.metrics import scrape
from multitv.settings import get_settings
from multitv.web.core.access import Right, login, requires
from multitv.web.core.bulkhead import DATABASE
from multitv.web.core.database import Database
from multitv.web.core.single_flight import SingleFlight

router = APIRouter()
# Shorter than any scrape interval, so that only scrapers that come together share an answer.
_SHARED = SingleFlight[bytes](seconds=3)
_reader = requires(Right.READ)


async def _may_scrape(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer_scheme)]
) -> None:
    token = get_settings().metrics_token
    if token is not None and credentials is not None:
        given, wanted = credentials.credentials.encode(), token.get_secret_value().encode()
        if hmac.compare_digest(given, wanted):
            return
    await _reader(await login(request, credentials))


@router.get("/metrics", dependencies=[Depends(_may_scrape)])
async def metrics(engine: Database) -> Response:
    """Show the figures that docs/metrics.md explains."""
    settings = get_settings()
    answer = await _SHARED.get(lambda: DATABASE.run(scrape, engine, settings.today(), settings.billing_approval_hours))
    return Response(answer, headers={"Content-Type": CONTENT_TYPE_LATEST})
