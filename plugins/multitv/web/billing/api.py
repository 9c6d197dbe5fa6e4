"""JSON API of Faturamento TV: load a due date, read its list, save it, follow its run."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, status

from multitv.settings import get_settings
from multitv.web.billing import queries
from multitv.web.billing.actions import start_loading, start_saving
from multitv.web.billing.models import RunState, Saving, Started, TaskState
from multitv.web.core.access import BILLING_DAG, Biller, Reader
from multitv.web.core.airflow_api import AirflowApi
from multitv.web.core.bulkhead import DatabaseRoute
from multitv.web.core.database import Database
from multitv.web.core.forms import DueDate, RunId
from multitv.web.core.paging import Cursor, CursorPage

router = APIRouter(tags=["billing"], route_class=DatabaseRoute)


@router.post("/billing/{due_date}/load", status_code=status.HTTP_202_ACCEPTED)
async def load(person: Biller, airflow: AirflowApi, due_date: DueDate) -> Started:
    """Start the run that stores the list of a due date; it saves no charges."""
    return Started(dag_id=BILLING_DAG, run_id=await start_loading(airflow, due_date))


@router.get("/billing/{due_date}/preview")
def preview(person: Reader, engine: Database, due_date: DueDate) -> queries.Preview:
    """The totals of the list that was loaded last."""
    return queries.require_preview(engine, due_date)


@router.get("/billing/{due_date}/lines")
def lines(
    person: Reader,
    engine: Database,
    due_date: DueDate,
    outcome: Annotated[str | None, Query(max_length=40, pattern="^[a-z_]+$")] = None,
    cursor: Cursor = None,
) -> CursorPage[queries.Line]:
    """The list that was loaded last, by client package. The cursor of a list that was replaced is refused."""
    return queries.lines(engine, queries.require_preview(engine, due_date).id, outcome, cursor)


@router.get("/billing/{due_date}/runs")
def runs(person: Reader, engine: Database, due_date: DueDate) -> list[queries.BillingRun]:
    """How far the TV billing and the standard billing of a due date have come."""
    return queries.runs(engine, due_date)


@router.post("/billing/{due_date}/save", status_code=status.HTTP_202_ACCEPTED)
async def save(person: Biller, engine: Database, airflow: AirflowApi, due_date: DueDate, body: Saving) -> Started:
    """Approve a list and start the run that saves exactly this list; the same list again returns the same run."""
    run_id = await start_saving(
        engine,
        airflow,
        due_date,
        body.preview_id,
        today=get_settings().today(),
        by=person.name,
        allow_past=body.allow_past,
        allow_voids=body.allow_voids,
    )
    return Started(dag_id=BILLING_DAG, run_id=run_id)


@router.get("/billing/runs/{run_id}")
async def run(person: Reader, airflow: AirflowApi, run_id: RunId) -> RunState:
    """A run of tv_billing with its tasks."""
    found = await airflow.run(BILLING_DAG, run_id)
    return RunState(
        dag_id=found.dag_id,
        run_id=found.run_id,
        state=found.state,
        tasks=[TaskState(task_id=task.task_id, name=task.name, state=task.state) for task in found.tasks],
        question=found.question[1] if found.question else None,
    )
