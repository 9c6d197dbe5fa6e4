"""The screen Clientes: the search, and everything about one client plan."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from multitv.documents import holds_document
from multitv.errors import MultiTVError
from multitv.labels import sentence
from multitv.settings import get_settings
from multitv.web.clients import queries
from multitv.web.core import live_platform as platform
from multitv.web.core.access import Reader
from multitv.web.core.bulkhead import DATABASE, PLATFORM, DatabaseRoute
from multitv.web.core.database import Database
from multitv.web.core.errors import only_reads
from multitv.web.core.forms import Id, IsoDay, SearchText
from multitv.web.core.paging import Cursor, FormCursor
from multitv.web.core.private_address import NOTICE
from multitv.web.core.rendering import render
from multitv.web.dashboard import revenue_assurance

router = APIRouter(route_class=DatabaseRoute)

# How many days of due dates a page holds. The first page adds the coming ones, which lie at most a year ahead.
SPAN = timedelta(days=184)
AHEAD = timedelta(days=367)

Until = Annotated[IsoDay | None, Query(description="the first day left out")]


@router.get("/clientes")
def search(
    request: Request,
    person: Reader,
    engine: Database,
    busca: Annotated[str, Query(max_length=100)] = "",
    aviso: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show the search with its first page; a search by CPF or CNPJ never comes here (core/private_address.py)."""
    notice = sentence("document_by_form") if aviso == NOTICE else None
    page = queries.find(engine, busca)
    return render(request, "clients/clients.html", person, page=page, search=busca, notice=notice)


@router.post("/clientes")
@only_reads
def search_by_form(
    request: Request, person: Reader, engine: Database, busca: SearchText = "", cursor: FormCursor = None
) -> Response:
    """Show the rows that a search finds, or its page where no script runs. Raises BadCursor.

    Only an ordinary search becomes the address of the page, so that it can be kept as a bookmark.
    """
    root = request.scope.get("root_path", "")
    private = holds_document(busca)
    address = f"{root}/clientes" + (f"?{urlencode({'busca': busca})}" if busca and not private else "")
    part = cursor or "hx-request" in request.headers
    if not part and not private:
        return RedirectResponse(address, 303)
    page = queries.find(engine, busca, cursor)
    if not part:
        return render(request, "clients/clients.html", person, page=page, search=busca, notice=None)
    answer = render(request, "clients/client_rows.html", person, page=page, search=busca)
    if not cursor:
        answer.headers["HX-Replace-Url"] = address
    return answer


@router.get("/clientes/{client_plan_id}")
def client_plan(request: Request, person: Reader, engine: Database, client_plan_id: Id) -> Response:
    """Show a client plan; some sections load later. Raises NoSuchRow."""
    today = get_settings().today()
    return render(
        request,
        "clients/client_plan.html",
        person,
        plan=queries.client_plan(engine, client_plan_id),
        packages=queries.packages(engine, client_plan_id, today),
        points=queries.points(engine, client_plan_id),
        fields=queries.extra_fields(engine, client_plan_id),
    )


@router.get("/clientes/{client_plan_id}/pacotes")
def packages(request: Request, person: Reader, engine: Database, client_plan_id: Id) -> Response:
    """Show the extras of a client plan. Raises NoSuchRow."""
    sold = queries.packages(engine, client_plan_id, get_settings().today())
    plan = queries.client_plan(engine, client_plan_id)
    return render(request, "clients/client_packages.html", person, plan=plan, packages=sold)


@router.get("/clientes/{client_plan_id}/pontos")
def points(request: Request, person: Reader, engine: Database, client_plan_id: Id) -> Response:
    """Show the points of a client plan. Raises NoSuchRow."""
    found = queries.points(engine, client_plan_id)
    plan = queries.client_plan(engine, client_plan_id)
    return render(request, "clients/client_points.html", person, plan=plan, points=found)


@router.get("/clientes/{client_plan_id}/campo-extra")
def extra_fields(request: Request, person: Reader, engine: Database, client_plan_id: Id) -> Response:
    """Show the extra fields of a client plan, without the PIN. Raises NoSuchRow."""
    plan = queries.client_plan(engine, client_plan_id)
    fields = queries.extra_fields(engine, client_plan_id)
    return render(request, "clients/extra_fields.html", person, plan=plan, fields=fields, pin=None)


@router.get("/clientes/{client_plan_id}/reconciliacao")
def reconciliation(request: Request, person: Reader, engine: Database, client_plan_id: Id) -> Response:
    """Show how a client plan and the platform stand, what the last reconciliations did, and its discrepancies."""
    return render(
        request,
        "clients/reconciliation.html",
        person,
        client_plan_id=client_plan_id,
        state=queries.platform_state(engine, client_plan_id),
        last=queries.last_reconciliation(engine, client_plan_id),
        operations=queries.operations(engine, client_plan_id),
        discrepancies=revenue_assurance.of_client_plan(engine, client_plan_id),
    )


@router.get("/clientes/{client_plan_id}/plataforma")
async def on_platform(request: Request, person: Reader, engine: Database, client_plan_id: Id) -> Response:
    """Show the subscriber as the platform has it now, or that the platform does not answer."""
    try:
        subscriber, error = await PLATFORM.run(platform.subscriber, client_plan_id), None
    except MultiTVError as failed:
        subscriber, error = None, failed
    uids = [service.service_uid for service in subscriber.services] if subscriber else []
    names = await DATABASE.run(queries.package_names, engine, uids) if uids else {}
    return render(request, "clients/platform.html", person, subscriber=subscriber, names=names, error=error)


@router.get("/clientes/{client_plan_id}/eventos")
def events(request: Request, person: Reader, engine: Database, client_plan_id: Id, ate: Until = None) -> Response:
    """Show the billing events of half a year of due dates before `ate`, or of the newest."""
    since, until = _span(ate)
    found = queries.events(engine, client_plan_id, since, until)
    return render(request, "clients/events.html", person, client_plan_id=client_plan_id, events=found, since=since)


@router.get("/clientes/{client_plan_id}/financeiro")
def invoices(request: Request, person: Reader, engine: Database, client_plan_id: Id, ate: Until = None) -> Response:
    """Show the invoices of half a year of due dates before `ate`, or of the newest."""
    since, until = _span(ate)
    found = queries.invoices(engine, client_plan_id, since, until)
    return render(request, "clients/invoices.html", person, client_plan_id=client_plan_id, invoices=found, since=since)


@router.get("/clientes/{client_plan_id}/historico")
def changes(request: Request, person: Reader, engine: Database, client_plan_id: Id, cursor: Cursor = None) -> Response:
    """Show a page of what people changed of a client plan. Raises BadCursor."""
    page = queries.changes(engine, client_plan_id, cursor)
    return render(request, "clients/changes.html", person, client_plan_id=client_plan_id, page=page)


def _span(until: date | None) -> tuple[date, date]:
    """Return the first due date of a page and the first one after it."""
    if until is not None:
        return until - SPAN, until
    today = get_settings().today()
    return today - SPAN, today + AHEAD
