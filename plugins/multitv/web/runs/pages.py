"""Shows a DAG run on a screen: the progress of its tasks, its question to a person, and a link to it in Airflow."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Path, Query, Request, Response

from multitv.web.core.access import BILLING_DAG, DASHBOARD_DAG, RECONCILIATION_DAG, Biller, Person, Reader
from multitv.web.core.airflow_api import AirflowApi, DagRun
from multitv.web.core.bulkhead import DatabaseRoute
from multitv.web.core.forms import RunId
from multitv.web.core.rendering import render

router = APIRouter(route_class=DatabaseRoute)

FOLLOWED = frozenset({BILLING_DAG, RECONCILIATION_DAG, DASHBOARD_DAG})


@router.get("/execucoes/{dag_id}/{run_id}")
async def follow(
    request: Request,
    person: Reader,
    airflow: AirflowApi,
    dag_id: str,
    run_id: RunId,
    feitas: Annotated[int, Query(ge=0, le=1000)] = 0,
) -> Response:
    """Show a run again; `feitas` is how many tasks were done when it was shown last. Raises UnknownRun."""
    if dag_id not in FOLLOWED:
        raise HTTPException(404)
    run = await airflow.run(dag_id, run_id)
    return show(request, person, run, moved=run.done != feitas)


@router.post("/execucoes/tv_billing/{run_id}/{task_id}/resposta")
async def answer(
    request: Request,
    person: Biller,
    airflow: AirflowApi,
    run_id: RunId,
    task_id: Annotated[str, Path(max_length=250, pattern=r"^[a-z_]+$")],
    resposta: Annotated[Literal["Approve", "Reject"], Form()],
) -> Response:
    """Answer the question of a waiting task, and show the run. Raises as `Airflow`."""
    await airflow.answer(BILLING_DAG, run_id, task_id, resposta)
    return show(request, person, await airflow.run(BILLING_DAG, run_id))


def show(request: Request, person: Person, run: DagRun, *, moved: bool = False) -> Response:
    """Return a run as part of a page, with events for the page if the run has moved or ended."""
    answer = render(request, "runs/run.html", person, run=run)
    news = {"run-moved": moved, "run-ended": run.ended, "contract-changed": run.ended}
    if events := [event for event, happened in news.items() if happened]:
        answer.headers["HX-Trigger-After-Swap"] = ", ".join(events)
    return answer
