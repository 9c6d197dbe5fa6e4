"""The screen Painel: the figures of TV, the discrepancies, and the state of the DAGs' runs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, get_args

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from multitv.settings import get_settings
from multitv.web.core.access import DAGS, DASHBOARD_DAG, Biller, Reader
from multitv.web.core.airflow_api import AirflowApi
from multitv.web.core.bulkhead import DatabaseRoute
from multitv.web.core.database import Database
from multitv.web.core.paging import Cursor
from multitv.web.core.rendering import render
from multitv.web.dashboard import charts, revenue_assurance
from multitv.web.dashboard.open_items import open_items
from multitv.web.dashboard.queries import figures
from multitv.web.runs.pages import show

router = APIRouter(route_class=DatabaseRoute)


@router.get("/")
def start(request: Request, person: Reader) -> Response:
    """Redirect to the dashboard."""
    return RedirectResponse(f"{request.scope.get('root_path', '')}/painel", 303)


@router.get("/painel")
def dashboard(request: Request, person: Reader, engine: Database) -> Response:
    """Show the figures of the dashboard as tv_dashboard last computed them."""
    today = get_settings().today()
    shown = figures(engine, today)
    return render(
        request,
        "dashboard/dashboard.html",
        person,
        figures=shown,
        today=today,
        charts=charts.charts(shown),
        pending=open_items(shown),
    )


@router.get("/painel/execucoes")
async def health(request: Request, person: Reader, airflow: AirflowApi) -> Response:
    """Show the last 14 runs of each DAG."""
    shown = [(name, dag_id, await airflow.recent(dag_id, 14)) for dag_id, name in DAGS.items()]
    return render(request, "dashboard/run_health.html", person, dags=shown)


@router.post("/painel/atualizar")
async def refresh(request: Request, person: Biller, airflow: AirflowApi) -> Response:
    """Start a run of tv_dashboard and follow it on the page."""
    run_id = await airflow.trigger(DASHBOARD_DAG, {}, f"tela__{datetime.now(UTC):%Y%m%dT%H%M%S}")
    return show(request, person, await airflow.run(DASHBOARD_DAG, run_id))


@router.get("/painel/divergencia")
def discrepancies(
    request: Request,
    person: Reader,
    engine: Database,
    tipo: Annotated[revenue_assurance.Kind, Query()] = "sold_not_active",
    cursor: Cursor = None,
) -> Response:
    """Show the discrepancies of one kind, or further rows of them. Raises BadCursor."""
    page = revenue_assurance.page(engine, tipo, cursor)
    template = "dashboard/revenue_assurance_rows.html" if cursor else "dashboard/revenue_assurance.html"
    return render(request, template, person, page=page, kind=tipo, kinds=get_args(revenue_assurance.Kind))
