"""A DAG run on a screen: its tasks as they go, what it asks a person, and the way to it in Airflow."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Path, Request, Response

from multitv.web.access import BILLING_DAG, DASHBOARD_DAG, RECONCILIATION_DAG, Biller, Reader
from multitv.web.airflow import AirflowApi
from multitv.web.rendering import render

router = APIRouter()

FOLLOWED = frozenset({BILLING_DAG, RECONCILIATION_DAG, DASHBOARD_DAG})

RunId = Annotated[str, Path(max_length=250, pattern=r"^[A-Za-z0-9_.~:+-]+$")]


@router.get("/execucoes/{dag_id}/{run_id}")
def follow(request: Request, person: Reader, airflow: AirflowApi, dag_id: str, run_id: RunId) -> Response:
    if dag_id not in FOLLOWED:
        raise HTTPException(404)
    return render(request, "parts/run.html", person, run=airflow.run(dag_id, run_id), news=True)


@router.post("/execucoes/tv_billing/{run_id}/{task_id}/resposta")
def answer(
    request: Request,
    person: Biller,
    airflow: AirflowApi,
    run_id: RunId,
    task_id: Annotated[str, Path(max_length=250, pattern=r"^[a-z_]+$")],
    resposta: Annotated[Literal["Approve", "Reject"], Form()],
) -> Response:
    airflow.answer(BILLING_DAG, run_id, task_id, resposta)
    return render(request, "parts/run.html", person, run=airflow.run(BILLING_DAG, run_id), news=True)
