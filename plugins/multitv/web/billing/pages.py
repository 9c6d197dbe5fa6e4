"""Faturamento TV: Vencimento, Carregar, the list, Salvar, and the run that follows."""

from __future__ import annotations

from datetime import date
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response

from multitv.billing.due_date import due_dates
from multitv.changes.errors import InvalidValue
from multitv.settings import get_settings
from multitv.web.billing import export, queries
from multitv.web.billing.actions import start_loading, start_saving
from multitv.web.core import forms
from multitv.web.core.access import BILLING_DAG, Biller, Reader
from multitv.web.core.airflow_api import ENDED, AirflowApi
from multitv.web.core.bulkhead import DatabaseRoute
from multitv.web.core.database import Database
from multitv.web.core.forms import DueDate, Typed
from multitv.web.core.paging import Cursor
from multitv.web.core.rendering import render

router = APIRouter(route_class=DatabaseRoute)

OutcomeFilter = Annotated[str, Query(max_length=40, pattern="^[a-z_]*$")]


@router.get("/faturamento")
def due_date_page(
    request: Request,
    person: Reader,
    engine: Database,
    vencimento: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    settings = get_settings()
    today = settings.today()
    due_date = forms.day(vencimento, "vencimento")
    return render(
        request,
        "billing/billing.html",
        person,
        due_date=due_date,
        today=today,
        coming=list(islice(due_dates(settings.due_days, today), 4)),
        recent=[] if due_date else queries.recent(engine, today),
    )


@router.post("/faturamento/carregar")
async def load(request: Request, person: Biller, airflow: AirflowApi, vencimento: Typed = "") -> Response:
    due_date = forms.day(vencimento, "vencimento")
    if due_date is None:
        raise InvalidValue("Escolha o vencimento.", field="vencimento")
    await start_loading(airflow, due_date)
    root = request.scope.get("root_path", "")
    return Response(status_code=204, headers={"HX-Redirect": f"{root}/faturamento?vencimento={due_date}"})


@router.get("/faturamento/{due_date}/resumo")
def summary(
    request: Request, person: Reader, engine: Database, due_date: DueDate, resultado: OutcomeFilter = ""
) -> Response:
    preview = queries.preview(engine, due_date)
    return render(
        request,
        "billing/summary.html",
        person,
        due_date=due_date,
        today=get_settings().today(),
        preview=preview,
        outcome=resultado,
        page=queries.lines(engine, preview.id, resultado or None) if preview else None,
    )


@router.get("/faturamento/{due_date}/lista/{preview_id}")
def lines(
    request: Request,
    person: Reader,
    engine: Database,
    due_date: DueDate,
    preview_id: forms.Id,
    resultado: OutcomeFilter = "",
    cursor: Cursor = None,
) -> Response:
    page = queries.lines(engine, preview_id, resultado or None, cursor)
    values: dict[str, Any] = {"due_date": due_date, "preview_id": preview_id, "outcome": resultado, "page": page}
    return render(request, "billing/lines.html", person, **values)


@router.get("/faturamento/{due_date}/execucoes")
async def runs(request: Request, person: Reader, airflow: AirflowApi, due_date: DueDate) -> Response:
    found = [
        run
        for run in await airflow.recent(BILLING_DAG, 40)
        if (run["conf"] or {}).get("due_date") == str(due_date) or f"due_{due_date}" in run["dag_run_id"]
    ]
    shown = next((run for run in found if run["state"] not in ENDED), found[0] if found else None)
    run = await airflow.run(BILLING_DAG, shown["dag_run_id"]) if shown else None
    return render(request, "billing/runs.html", person, runs=found, run=run)


@router.get("/faturamento/{due_date}/situacao")
def progress(request: Request, person: Reader, engine: Database, due_date: DueDate) -> Response:
    return render(request, "billing/state.html", person, runs=queries.runs(engine, due_date))


@router.post("/faturamento/{due_date}/salvar")
async def save(
    request: Request,
    person: Biller,
    engine: Database,
    airflow: AirflowApi,
    due_date: DueDate,
    preview_id: Typed = "",
    allow_past: Typed = "",
    allow_voids: Typed = "",
) -> Response:
    number = forms.chosen(preview_id, "preview_id")
    await start_saving(
        engine,
        airflow,
        due_date,
        number,
        today=get_settings().today(),
        by=person.name,
        allow_past=allow_past == "sim",
        allow_voids=allow_voids == "sim",
    )
    return Response(status_code=204, headers={"HX-Trigger": "run-started"})


@router.get("/faturamento/{due_date}/lista.csv")
def as_csv(person: Reader, engine: Database, due_date: DueDate) -> Response:
    preview = queries.require_preview(engine, due_date)
    return export.Download(export.csv(engine, preview.id), "text/csv; charset=utf-8", _file_name(due_date, "csv"))


@router.get("/faturamento/{due_date}/lista.xlsx")
def as_xlsx(person: Reader, engine: Database, due_date: DueDate) -> Response:
    preview = queries.require_preview(engine, due_date)
    if preview.candidates > export.XLSX_ROWS:
        raise HTTPException(
            409, f"A lista tem mais de {export.XLSX_ROWS} linhas: exporte em CSV, que não tem limite de tamanho."
        )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return export.Download(export.xlsx(engine, preview.id), kind, _file_name(due_date, "xlsx"))


def _file_name(due_date: date, ending: str) -> str:
    return f"faturamento-tv-{due_date}.{ending}"
