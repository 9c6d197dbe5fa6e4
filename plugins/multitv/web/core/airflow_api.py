"""Calls Airflow's own REST API within this process as the logged-in person, so its permissions and audit log apply.

Coroutines only: a thread that waited for an answer would be one of those that Airflow needs to answer.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from graphlib import TopologicalSorter
from typing import Annotated, Any
from urllib.parse import quote

import httpx
from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
from fastapi import Depends, Request

from multitv.errors import Refusal, TransientError
from multitv.web.core.access import DAGS
from multitv.web.core.bulkhead import AIRFLOW_API
from multitv.web.core.run_titles import title

log = logging.getLogger(__name__)

ENDED = frozenset({"success", "failed"})


class AirflowRefused(Refusal):
    """Airflow refused what a screen asked of it."""

    # An approval may be written before Airflow refuses the run that follows it; saving again is harmless.
    wrote_nothing = None


class UnknownRun(AirflowRefused):
    """Airflow has no such DAG, or no such run of it."""

    code = "no_such_run"
    status = 404


class AirflowUnavailable(TransientError):
    """Airflow's API answered with a server error."""

    cause = "airflow_failed"


@dataclass(frozen=True)
class TaskSummary:
    """A task of a run, with all its mapped instances. `seconds` is None until all have ended."""

    task_id: str
    name: str
    state: str | None
    done: int
    instances: int
    seconds: float | None


@dataclass(frozen=True)
class DagRun:
    """A DAG run as a screen shows it.

    `question` is the unanswered question of a task that waits for a person: task, subject, body.
    """

    dag_id: str
    run_id: str
    title: str
    state: str
    conf: dict[str, Any]
    tasks: list[TaskSummary]
    question: tuple[str, str, str] | None

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def done(self) -> int:
        """How many tasks succeeded or were skipped."""
        return sum(task.state in ("success", "skipped") for task in self.tasks)

    @property
    def waiting(self) -> bool:
        """Whether the run only waits for a person or another run, which may take days."""
        states = {task.state for task in self.tasks}
        waits = "deferred" in states or self.question is not None
        return waits and not states & {"running", "queued", "scheduled"}


@dataclass(frozen=True)
class RecentRun:
    """A DAG run in a list. `at` is when it was to start."""

    run_id: str
    title: str
    state: str
    conf: dict[str, Any]
    at: datetime


class Airflow:
    """Airflow's API with the credentials of one person.

    Every call raises AirflowRefused, AirflowUnavailable, ServerBusy, NoAnswerInTime.
    """

    def __init__(self, headers: dict[str, str]) -> None:
        self._headers = headers

    async def require_active(self, dag_id: str) -> None:
        """Raise AirflowRefused if the DAG is paused, because a run of it would never start."""
        if (await self._call("GET", f"/dags/{quote(dag_id)}"))["is_paused"]:
            raise AirflowRefused("dag_paused", dag=DAGS.get(dag_id, dag_id))

    async def trigger(self, dag_id: str, conf: Mapping[str, object], run_id: str) -> str:
        """Start a run and return its id; one of this id that is there already is that run."""
        await self.require_active(dag_id)
        body = {"logical_date": None, "conf": conf, "dag_run_id": run_id}
        answer = await self._send("POST", f"/dags/{quote(dag_id)}/dagRuns", body)
        if answer.status_code != httpx.codes.CONFLICT:
            self._require(answer, "POST", dag_id)
        return run_id

    async def run(self, dag_id: str, run_id: str) -> DagRun:
        """Return a run with its tasks in the order of the graph."""
        path = f"/dags/{quote(dag_id)}/dagRuns/{quote(run_id, safe='')}"
        run = await self._call("GET", path)
        instances = (await self._call("GET", f"{path}/taskInstances?limit=1000"))["task_instances"]
        graph = (await self._call("GET", f"/dags/{quote(dag_id)}/tasks"))["tasks"]
        tasks = _tasks(instances, graph)
        waiting = next((task for task in tasks if task.state == "awaiting_input"), None)
        question = None
        if waiting is not None:
            asked = await self._call("GET", f"{path}/taskInstances/{quote(waiting.task_id)}/-1/hitlDetails")
            if not asked["response_received"]:
                question = (waiting.task_id, str(asked["subject"]), str(asked["body"] or ""))
        return DagRun(dag_id, run_id, title(run), run["state"], run["conf"] or {}, tasks, question)

    async def answer(self, dag_id: str, run_id: str, task_id: str, option: str) -> None:
        """Answer the question of a task that waits for a person."""
        path = f"/dags/{quote(dag_id)}/dagRuns/{quote(run_id, safe='')}/taskInstances/{quote(task_id)}/-1/hitlDetails"
        await self._call("PATCH", path, {"chosen_options": [option], "params_input": {}})

    async def recent(self, dag_id: str, limit: int) -> list[RecentRun]:
        """Return the newest runs of a DAG, the newest first."""
        path = f"/dags/{quote(dag_id)}/dagRuns?order_by=-run_after&limit={limit}"
        answer = await self._send("GET", path)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return []
        return [
            RecentRun(
                run["dag_run_id"],
                title(run),
                run["state"],
                run["conf"] or {},
                datetime.fromisoformat(run["run_after"]),
            )
            for run in self._require(answer, "GET", path)["dag_runs"]
        ]

    async def _call(self, method: str, path: str, body: Any = None) -> Any:
        return self._require(await self._send(method, path, body), method, path)

    async def _send(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return await AIRFLOW_API.wait_for(lambda: self._ask(method, path, body))

    async def _ask(self, method: str, path: str, body: Any) -> httpx.Response:
        # The application that this one is mounted in. It can be imported only in the api-server.
        from airflow.api_fastapi.main import app

        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://airflow", headers=self._headers) as client:
            return await client.request(method, f"/api/v2{path}", json=body)

    def _require(self, answer: httpx.Response, method: str, what: str) -> Any:
        if answer.is_success:
            return answer.json()
        log.warning("Airflow answered %s to %s %s: %s", answer.status_code, method, what, answer.text[:500])
        if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise AirflowRefused("airflow_forbids")
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise UnknownRun("run_unknown")
        if answer.is_client_error:
            raise AirflowRefused("airflow_refused")
        raise AirflowUnavailable(f"Airflow's API answered {answer.status_code} to {method} {what}.")


async def airflow(request: Request) -> Airflow:
    """Return Airflow's API with the credentials of a request."""
    authorization = request.headers.get("authorization")
    if authorization is not None:
        return Airflow({"authorization": authorization})
    return Airflow({"cookie": f"{COOKIE_NAME_JWT_TOKEN}={request.cookies.get(COOKIE_NAME_JWT_TOKEN, '')}"})


AirflowApi = Annotated[Airflow, Depends(airflow)]

# The state of a mapped task is the first of these that one of its instances has.
_TELLING = ("failed", "upstream_failed", "up_for_retry", "awaiting_input", "running", "deferred", "queued", "scheduled")


def _tasks(instances: list[dict[str, Any]], graph: list[dict[str, Any]]) -> list[TaskSummary]:
    by_task: dict[str, list[dict[str, Any]]] = {}
    for instance in instances:
        by_task.setdefault(instance["task_id"], []).append(instance)
    order: TopologicalSorter[str] = TopologicalSorter({task_id: [] for task_id in by_task})
    for task in graph:
        for after in task["downstream_task_ids"]:
            order.add(after, task["task_id"])
    return [_together(by_task[task_id]) for task_id in order.static_order() if task_id in by_task]


def _together(instances: list[dict[str, Any]]) -> TaskSummary:
    states = [instance["state"] for instance in instances]
    state = next((state for state in _TELLING if state in states), states[0])
    seconds = [instance["duration"] for instance in instances if instance["duration"] is not None]
    done = sum(state in ("success", "skipped") for state in states)
    return TaskSummary(
        instances[0]["task_id"],
        instances[0]["task_display_name"],
        state,
        done,
        len(instances),
        sum(seconds) if len(seconds) == len(instances) else None,
    )
