"""The screen Faturamento TV: choose a due date, load its list, save it, and follow the run."""

from __future__ import annotations

from datetime import date
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from multitv.billing.due_date import due_dates
from multitv.changes.errors import InvalidValue
from multitv.changes.typed import typed_day
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
    """Show the screen for a due date, or the due dates to choose from. Raises InvalidValue for an impossible date."""
    settings = get_settings()
    today = settings.today()
    due_date = typed_day(vencimento, "vencimento")
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
    """Start the run that stores the list (Carregar), and send the browser to the due date. Raises InvalidValue."""
    due_date = typed_day(vencimento, "vencimento")
    if due_date is None:
        raise InvalidValue("due_date_missing", field="vencimento")
    await start_loading(airflow, due_date)
    root = request.scope.get("root_path", "")
    return Response(status_code=204, headers={"HX-Redirect": f"{root}/faturamento?vencimento={due_date}"})


@router.get("/faturamento/{due_date}/resumo")
def summary(
    request: Request, person: Reader, engine: Database, due_date: DueDate, resultado: OutcomeFilter = ""
) -> Response:
    """Show the totals of the newest list, and its first page: all lines, or those of one outcome."""
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
    """Show a further page of a list. Raises BadCursor, PreviewOutdated."""
    page = queries.lines(engine, preview_id, resultado or None, cursor)
    values: dict[str, Any] = {"due_date": due_date, "preview_id": preview_id, "outcome": resultado, "page": page}
    return render(request, "billing/lines.html", person, **values)


@router.get("/faturamento/{due_date}/execucoes")
async def runs(request: Request, person: Reader, airflow: AirflowApi, due_date: DueDate) -> Response:
    """Show the runs of a due date among the last 40 of tv_billing, and follow the one that is not over."""
    found = [
        run
        for run in await airflow.recent(BILLING_DAG, 40)
        if run.conf.get("due_date") == str(due_date) or f"due_{due_date}" in run.run_id
    ]
    shown = next((run for run in found if run.state not in ENDED), found[0] if found else None)
    run = await airflow.run(BILLING_DAG, shown.run_id) if shown else None
    return render(request, "billing/runs.html", person, runs=found, run=run)


@router.get("/faturamento/{due_date}/situacao")
def progress(request: Request, person: Reader, engine: Database, due_date: DueDate) -> Response:
    """Show how far the TV billing and the standard billing of a due date have come."""
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
    """Approve a list and start the run that saves it (Salvar). Raises as `start_saving`."""
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
    """Send the newest list as CSV, at any length. Raises NoSuchRow if none was loaded."""
    preview = queries.require_preview(engine, due_date)
    return export.Download(export.csv(engine, preview.id), "text/csv; charset=utf-8", _file_name(due_date, "csv"))


@router.get("/faturamento/{due_date}/lista.xlsx")
def as_xlsx(person: Reader, engine: Database, due_date: DueDate) -> Response:
    """Send the newest list as XLSX. Raises NoSuchRow if none was loaded, and refuses one of too many rows."""
    preview = queries.require_preview(engine, due_date)
    if preview.candidates > export.XLSX_ROWS:
        raise export.ListTooLong("list_over_limit", rows=export.XLSX_ROWS)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return export.Download(export.xlsx(engine, preview.id), kind, _file_name(due_date, "xlsx"))


def _file_name(due_date: date, ending: str) -> str:
    return f"faturamento-tv-{due_date}.{ending}"
