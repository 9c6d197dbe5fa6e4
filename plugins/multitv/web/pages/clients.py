"""Cliente, Plano ativo, TV: the search, and all that is known of one client plan."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from multitv.errors import MultiTVError
from multitv.settings import get_settings
from multitv.web import platform
from multitv.web.access import Reader
from multitv.web.bulkhead import PLATFORM, DatabaseRoute
from multitv.web.database import Database
from multitv.web.forms import FIRST_DAY, LAST_DAY, Id, IsoDay
from multitv.web.paging import Cursor
from multitv.web.reads import clients, drift
from multitv.web.rendering import render

router = APIRouter(route_class=DatabaseRoute)

# A page of due dates; the first one has those to come as well, which are made at most a year ahead.
SPAN = timedelta(days=184)
AHEAD = timedelta(days=367)

Until = Annotated[IsoDay | None, Query(ge=FIRST_DAY, le=LAST_DAY, description="the first day left out")]


@router.get("/clientes")
def search(
    request: Request,
    person: Reader,
    engine: Database,
    busca: Annotated[str, Query(max_length=100)] = "",
    cursor: Cursor = None,
) -> Response:
    page = clients.find(engine, busca, cursor)
    part = cursor or "hx-request" in request.headers
    return render(request, "parts/clients.html" if part else "clients.html", person, page=page, search=busca)


@router.get("/clientes/{client_plan_id}")
def client_plan(request: Request, person: Reader, engine: Database, client_plan_id: Id) -> Response:
    today = get_settings().today()
    return render(
        request,
        "client_plan.html",
        person,
        plan=clients.client_plan(engine, client_plan_id),
        packages=clients.packages(engine, client_plan_id, today),
        points=clients.points(engine, client_plan_id),
        fields=clients.extra_fields(engine, client_plan_id),
    )


@router.get("/clientes/{client_plan_id}/pacotes")
def packages(request: Request, person: Reader, engine: Database, client_plan_id: Id) -> Response:
    sold = clients.packages(engine, client_plan_id, get_settings().today())
    plan = clients.client_plan(engine, client_plan_id)
    return render(request, "parts/client_packages.html", person, plan=plan, packages=sold)


@router.get("/clientes/{client_plan_id}/pontos")
def points(request: Request, person: Reader, engine: Database, client_plan_id: Id) -> Response:
    found = clients.points(engine, client_plan_id)
    plan = clients.client_plan(engine, client_plan_id)
    return render(request, "parts/client_points.html", person, plan=plan, points=found)


@router.get("/clientes/{client_plan_id}/campo-extra")
def extra_fields(request: Request, person: Reader, engine: Database, client_plan_id: Id) -> Response:
    plan = clients.client_plan(engine, client_plan_id)
    fields = clients.extra_fields(engine, client_plan_id)
    return render(request, "parts/extra_fields.html", person, plan=plan, fields=fields, pin=None)


@router.get("/clientes/{client_plan_id}/reconciliacao")
def reconciliation(request: Request, person: Reader, engine: Database, client_plan_id: Id) -> Response:
    return render(
        request,
        "parts/reconciliation.html",
        person,
        client_plan_id=client_plan_id,
        last=clients.last_reconciliation(engine, client_plan_id),
        operations=clients.operations(engine, client_plan_id),
        drift=drift.of_client_plan(engine, client_plan_id),
    )


@router.get("/clientes/{client_plan_id}/plataforma")
async def on_platform(request: Request, person: Reader, client_plan_id: Id) -> Response:
    try:
        subscriber, error = await PLATFORM.run(platform.subscriber, client_plan_id), None
    except MultiTVError as failed:
        subscriber, error = None, failed
    return render(request, "parts/platform.html", person, subscriber=subscriber, error=error)


@router.get("/clientes/{client_plan_id}/eventos")
def events(request: Request, person: Reader, engine: Database, client_plan_id: Id, ate: Until = None) -> Response:
    since, until = _span(ate)
    found = clients.events(engine, client_plan_id, since, until)
    return render(request, "parts/events.html", person, client_plan_id=client_plan_id, events=found, since=since)


@router.get("/clientes/{client_plan_id}/financeiro")
def invoices(request: Request, person: Reader, engine: Database, client_plan_id: Id, ate: Until = None) -> Response:
    since, until = _span(ate)
    found = clients.invoices(engine, client_plan_id, since, until)
    return render(request, "parts/invoices.html", person, client_plan_id=client_plan_id, invoices=found, since=since)


@router.get("/clientes/{client_plan_id}/historico")
def changes(request: Request, person: Reader, engine: Database, client_plan_id: Id, cursor: Cursor = None) -> Response:
    page = clients.changes(engine, client_plan_id, cursor)
    return render(request, "parts/changes.html", person, client_plan_id=client_plan_id, page=page)


def _span(until: date | None) -> tuple[date, date]:
    """Return the first due date of a page and the first one left out."""
    if until is not None:
        return until - SPAN, until
    today = get_settings().today()
    return today - SPAN, today + AHEAD
