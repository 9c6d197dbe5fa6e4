"""POST /multitv/failures/lost: what the api-server records of Airflow's failed tasks, and what it says to whom."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, make_url

from include.local.config import METADATA
from multitv.alerts.airflow_api import have_lost_recorded
from multitv.alerts.failures import LOST
from multitv.alerts.lost import LOST_PATH
from multitv.database.engine import engine_for
from tests.support.databases import Database
from tests.web.server import Web
from tests.web.visitor import Visitor

BILLING, RECONCILIATION, DASHBOARD, ALERTS = "tv_billing", "tv_plan_reconciliation", "tv_dashboard", "tv_alerts"
NOW = datetime.now(UTC)


@dataclass
class Airflow:
    """An Airflow in which no task runs by itself, and what is recorded of it."""

    web: Web
    metadata: Database
    isp: Database
    runs: list[tuple[str, str]] = field(default_factory=list)

    def run(self, dag_id: str, **conf: Any) -> str:
        """Return the id of a new run, which a person chose."""
        run_id = f"due:2026~{time.time_ns()}"
        self.web.api.trigger(dag_id, conf, run_id)
        self.runs.append((dag_id, run_id))
        return run_id

    def end(self, dag_id: str, run: str, task: str, state: str, minutes_ago: int = 10) -> None:
        """Have a task end in this state some minutes ago; it took a minute."""
        ended = NOW - timedelta(minutes=minutes_ago)
        changed = self.metadata.run(
            "update task_instance set state = :state, start_date = :began, end_date = :ended, try_number = 1 "
            "where dag_id = :dag and run_id = :run and task_id = :task",
            state=state,
            began=ended - timedelta(minutes=1),
            ended=ended,
            dag=dag_id,
            run=run,
            task=task,
        )
        assert changed == 1

    def due(self, run: str, due_date: str) -> None:
        """Have a run of the billing be for a due date."""
        self.metadata.run(
            "insert into xcom (dag_run_id, task_id, map_index, key, dag_id, run_id, value, timestamp, dag_result) "
            "select id, 'resolve_due_date', -1, 'return_value', dag_id, run_id, to_json(cast(:due as text)), now(), "
            "false from dag_run where run_id = :run",
            due=due_date,
            run=run,
        )

    def look(self) -> list[Any]:
        """Have lost failures recorded, and return them all."""
        assert have_lost_recorded(self.web.address)
        return self.isp.run("select * from alerts.failure order by id")  # type: ignore[no-any-return]


@pytest.fixture
def airflow(web: Web, isp_engine: Engine) -> Iterator[Airflow]:
    metadata = engine_for(make_url(web.environment[METADATA]).set(drivername="postgresql+psycopg"))
    found = Airflow(web, Database(metadata), Database(isp_engine))
    found.isp.run("update alerts.watch set since = now() - interval '1 day'")
    yield found
    for dag_id, run_id in found.runs:
        found.metadata.run("delete from dag_run where dag_id = :dag and run_id = :run", dag=dag_id, run=run_id)
    found.isp.run("delete from alerts.failure")
    # Within the time for which an answer is kept.
    time.sleep(0.6)


def test_a_failed_task_is_recorded_once_and_strangers_are_told_nothing(airflow: Airflow, stranger: Visitor) -> None:
    run = airflow.run(BILLING, due_date="2026-12-10")
    airflow.end(BILLING, run, "save", "failed")
    airflow.end(BILLING, run, "settle", "upstream_failed")
    airflow.due(run, "2026-12-10")
    answer = stranger.ask("POST", LOST_PATH)
    assert (answer.status_code, answer.content) == (204, b"")
    [failure] = airflow.look()
    assert (failure.dag_name, failure.task_name, failure.map_index) == ("Faturamento TV", "Conferir e salvar", -1)
    assert (failure.run_id, failure.code, failure.due_date) == (run, LOST, date(2026, 12, 10))
    assert (failure.failed_at, failure.over_at) == (NOW - timedelta(minutes=10), None)
    assert failure.link.startswith(f"{airflow.web.public}/dags/tv_billing/runs/due%3A2026~")
    time.sleep(0.6)
    assert len(airflow.look()) == 1


@pytest.mark.parametrize(("method", "headers", "status"), [
    ("GET", {}, 405),
    ("POST", {"Sec-Fetch-Site": "cross-site"}, 403),
    ("POST", {"Origin": "https://elsewhere.example"}, 403),
])  # fmt: skip
def test_it_is_asked_by_programs_only(stranger: Visitor, method: str, headers: dict[str, str], status: int) -> None:
    assert stranger.ask(method, LOST_PATH, headers).status_code == status


def test_what_is_young_or_of_tv_alerts_or_of_other_owners_is_left_alone(airflow: Airflow) -> None:
    own, young = airflow.run(ALERTS), airflow.run(BILLING, due_date="2026-12-10")
    airflow.end(ALERTS, own, "beat", "failed")
    airflow.end(BILLING, young, "save", "failed", 1)
    strange = airflow.run(DASHBOARD)
    airflow.end(DASHBOARD, strange, "sum_billing", "failed")
    airflow.metadata.run("update dag set owners = 'someone' where dag_id = :dag", dag=DASHBOARD)
    try:
        assert airflow.look() == []
    finally:
        airflow.metadata.run("update dag set owners = 'multitv' where dag_id = :dag", dag=DASHBOARD)


@pytest.mark.parametrize(("conf", "minutes_ago", "is_over"), [
    ({}, 5, True),
    ({}, 12, False),
    ({"dry_run": True}, 5, False),
    ({"only": 7}, 5, False),
])  # fmt: skip
def test_what_went_well_in_a_later_run_that_did_all_is_no_news(
    airflow: Airflow, conf: dict[str, Any], minutes_ago: int, is_over: bool
) -> None:
    lost, other = airflow.run(RECONCILIATION), airflow.run(RECONCILIATION, **conf)
    airflow.end(RECONCILIATION, lost, "take_snapshot", "failed")
    airflow.end(RECONCILIATION, other, "take_snapshot", "success", minutes_ago)
    [failure] = airflow.look()
    assert (failure.over_at is not None) is is_over


@pytest.mark.parametrize(("due_date", "is_over"), [("2026-12-10", True), ("2026-12-20", False)])
def test_another_due_date_that_went_well_shows_nothing(airflow: Airflow, due_date: str, is_over: bool) -> None:
    lost, other = airflow.run(BILLING, due_date="2026-12-10"), airflow.run(BILLING, due_date=due_date)
    for run, state, minutes_ago, due in ((lost, "failed", 10, "2026-12-10"), (other, "success", 5, due_date)):
        airflow.end(BILLING, run, "save", state, minutes_ago)
        airflow.due(run, due)
    [failure] = airflow.look()
    assert (failure.over_at is not None) is is_over


@pytest.mark.parametrize("whole", [False, True])
def test_who_marks_a_task_or_its_run_as_failed_needs_no_telling(airflow: Airflow, op: Visitor, whole: bool) -> None:
    run = airflow.run(BILLING, due_date="2026-12-10")
    if whole:
        airflow.end(BILLING, run, "save", "running")
    path = f"/dags/{BILLING}/dagRuns/{run}" + ("" if whole else "/taskInstances/save")
    body = {"state": "failed"} if whole else {"new_state": "failed"}
    assert op.ask_airflow("PATCH", path, body).ok
    # As if that had been a while ago.
    airflow.metadata.run(
        "update task_instance set start_date = start_date - interval '10 minutes', "
        "end_date = end_date - interval '10 minutes' where run_id = :run",
        run=run,
    )
    airflow.metadata.run("update log set dttm = dttm - interval '10 minutes' where run_id = :run", run=run)
    failures = airflow.look()
    assert failures
    assert all(failure.over_at for failure in failures)
