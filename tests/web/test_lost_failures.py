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
# Whoever asks within this time has no look of its own.
SHARED = 2.1


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

    def end(self, dag_id: str, run: str, task: str, state: str, minutes_ago: int = 10) -> datetime:
        """Have a task end in this state some minutes ago, and return when; it took a minute."""
        ended = datetime.now(UTC) - timedelta(minutes=minutes_ago)
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
        return ended

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
    time.sleep(SHARED)


def test_a_failed_task_is_recorded_once_and_strangers_are_told_nothing(airflow: Airflow, stranger: Visitor) -> None:
    run = airflow.run(BILLING, due_date="2026-12-10")
    ended = airflow.end(BILLING, run, "save", "failed")
    airflow.end(BILLING, run, "settle", "upstream_failed")
    airflow.due(run, "2026-12-10")
    answer = stranger.ask("POST", LOST_PATH)
    assert (answer.status_code, answer.content) == (204, b"")
    [failure] = airflow.look()
    assert (failure.dag_name, failure.task_name, failure.map_index) == ("Faturamento TV", "Conferir e salvar", -1)
    assert (failure.run_id, failure.code, failure.due_date) == (run, LOST, date(2026, 12, 10))
    assert (failure.failed_at, failure.over_at) == (ended, None)
    assert failure.link.startswith(f"{airflow.web.public}/dags/tv_billing/runs/due%3A2026~")
    time.sleep(SHARED)
    assert len(airflow.look()) == 1


@pytest.mark.parametrize(("method", "headers", "status"), [
    ("GET", {}, 405),
    ("POST", {"Sec-Fetch-Site": "cross-site"}, 403),
    ("POST", {"Origin": "https://elsewhere.example"}, 403),
])  # fmt: skip
def test_it_is_asked_by_programs_only(stranger: Visitor, method: str, headers: dict[str, str], status: int) -> None:
    assert stranger.ask(method, LOST_PATH, headers).status_code == status


def test_a_note_and_a_mark_as_success_are_no_mark_as_failed(airflow: Airflow, op: Visitor) -> None:
    run = airflow.run(BILLING, due_date="2026-12-10")
    path = f"/dags/{BILLING}/dagRuns/{run}"
    assert op.ask_airflow("PATCH", path, {"note": "to be looked at"}).ok
    assert op.ask_airflow("PATCH", f"{path}/taskInstances/save", {"new_state": "success"}).ok
    airflow.end(BILLING, run, "save", "failed")
    airflow.metadata.run("update log set dttm = dttm - interval '10 minutes' where run_id = :run", run=run)
    [failure] = airflow.look()
    assert failure.over_at is None


def test_a_look_that_fails_is_answered_with_nothing_and_counts_as_one(airflow: Airflow, stranger: Visitor) -> None:
    airflow.isp.run("alter table alerts.watch rename to elsewhere")
    try:
        answer = stranger.ask("POST", LOST_PATH)
    finally:
        airflow.isp.run("alter table alerts.elsewhere rename to watch")
    assert (answer.status_code, answer.content) == (503, b"")
    assert stranger.ask("POST", LOST_PATH).status_code == 503
    time.sleep(SHARED)
    assert stranger.ask("POST", LOST_PATH).status_code == 204
    assert stranger.ask("POST", f"{LOST_PATH}/more").status_code == 404


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


def test_what_went_well_in_a_later_run_that_did_all_for_the_same_due_date_is_no_news(airflow: Airflow) -> None:
    lost = airflow.run(RECONCILIATION)
    for conf, task, minutes_ago in (
        ({}, "take_snapshot", 5),
        ({}, "guard", 12),
        ({"dry_run": True}, "compute_change_set", 5),
        ({"only": 7}, "verify", 5),
    ):
        airflow.end(RECONCILIATION, lost, task, "failed")
        airflow.end(RECONCILIATION, airflow.run(RECONCILIATION, **conf), task, "success", minutes_ago)
    billed = airflow.run(BILLING, due_date="2026-12-10")
    airflow.due(billed, "2026-12-10")
    for due_date, task in (("2026-12-10", "save"), ("2026-12-20", "settle")):
        airflow.end(BILLING, billed, task, "failed")
        later = airflow.run(BILLING, due_date=due_date)
        airflow.end(BILLING, later, task, "success", 5)
        airflow.due(later, due_date)
    found = {failure.task_id: failure.over_at is not None for failure in airflow.look()}
    assert found == {
        "take_snapshot": True,
        "guard": False,
        "compute_change_set": False,
        "verify": False,
        "save": True,
        "settle": False,
    }


def test_who_marks_a_task_or_its_run_as_failed_needs_no_telling(airflow: Airflow, op: Visitor) -> None:
    task, whole = (airflow.run(BILLING, due_date="2026-12-10") for _ in range(2))
    airflow.end(BILLING, whole, "load", "running")
    path = f"/dags/{BILLING}/dagRuns"
    assert op.ask_airflow("PATCH", f"{path}/{task}/taskInstances/save", {"new_state": "failed"}).ok
    assert op.ask_airflow("PATCH", f"{path}/{whole}", {"state": "failed"}).ok
    # As if that had been a while ago.
    airflow.metadata.run(
        "update task_instance set start_date = start_date - interval '10 minutes', "
        "end_date = end_date - interval '10 minutes' where run_id in (:task, :whole)",
        task=task,
        whole=whole,
    )
    airflow.metadata.run("update log set dttm = dttm - interval '10 minutes' where run_id in (:task, :whole)",
                         task=task, whole=whole)  # fmt: skip
    found = airflow.look()
    assert {(failure.run_id, failure.task_id) for failure in found} == {(task, "save"), (whole, "load")}
    assert all(failure.over_at for failure in found)
