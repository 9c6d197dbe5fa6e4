"""Painel: what TV earns, whether what is sold, active and billed agree, and whether the runs are well."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, get_args

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from multitv.settings import get_settings
from multitv.web import pictures
from multitv.web.access import DAGS, DASHBOARD_DAG, Biller, Reader
from multitv.web.airflow import AirflowApi
from multitv.web.bulkhead import DatabaseRoute
from multitv.web.database import Database
from multitv.web.pages.runs import show
from multitv.web.paging import Cursor
from multitv.web.reads import drift
from multitv.web.reads.panel import panel
from multitv.web.rendering import render

router = APIRouter(route_class=DatabaseRoute)


@router.get("/")
def start(request: Request, person: Reader) -> Response:
    return RedirectResponse(f"{request.scope.get('root_path', '')}/painel", 303)


@router.get("/painel")
def dashboard(request: Request, person: Reader, engine: Database) -> Response:
    today = get_settings().today()
    figures = panel(engine, today)
    return render(request, "panel.html", person, figures=figures, today=today, charts=pictures.charts(figures))


@router.get("/painel/execucoes")
async def health(request: Request, person: Reader, airflow: AirflowApi) -> Response:
    shown = [(name, dag_id, await airflow.recent(dag_id, 14)) for dag_id, name in DAGS.items()]
    return render(request, "parts/run_health.html", person, dags=shown)


@router.post("/painel/atualizar")
async def refresh(request: Request, person: Biller, airflow: AirflowApi) -> Response:
    run_id = await airflow.trigger(DASHBOARD_DAG, {}, f"tela__{datetime.now(UTC):%Y%m%dT%H%M%S}")
    return show(request, person, await airflow.run(DASHBOARD_DAG, run_id))


@router.get("/painel/divergencia")
def drift_list(
    request: Request,
    person: Reader,
    engine: Database,
    tipo: Annotated[drift.Kind, Query()] = "sold_not_active",
    cursor: Cursor = None,
) -> Response:
    page = drift.page(engine, tipo, cursor)
    template = "parts/drift.html" if cursor else "drift.html"
    return render(request, template, person, page=page, kind=tipo, kinds=get_args(drift.Kind))
