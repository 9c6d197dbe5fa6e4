"""Tasks that fail for good, and end well later: recorded, told without a database too, and never made worse by it."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
from airflow import sdk
from airflow.providers.standard.operators.trigger_dagrun import DagIsPaused
from airflow.sdk import Context
from sqlalchemy import Engine

from multitv.alerts import callbacks, failures
from multitv.alerts.callbacks import end_failures, record_failure
from multitv.alerts.tell import Told, tell
from multitv.beenius.errors import IncompleteSnapshot, NotJson, PlatformUnavailable
from multitv.billing.sweep import UnfinishedRuns
from multitv.changes.errors import AlreadyBilled
from multitv.database.sql import named
from multitv.settings import get_settings
from tests.support.databases import Database, as_pipeline
from tests.support.ports import free_ports
from tests.support.receivers import Received

DAG = SimpleNamespace(dag_display_name="Reconciliar planos de TV", task_ids=["take_snapshot", "apply", "report"])
BILLING = SimpleNamespace(dag_display_name="Faturamento TV", task_ids=["resolve_due_date", "save"])


@pytest.fixture(autouse=True)
def connection(engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    url = as_pipeline(engine).url
    stated: dict[str, object] = {"conn_type": "postgres", "host": url.query["host"]}
    monkeypatch.setenv("AIRFLOW_CONN_ISP_DB", json.dumps(stated | {"login": url.username, "schema": url.database}))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture
def told(hook: Received, monkeypatch: pytest.MonkeyPatch) -> Iterator[Received]:
    monkeypatch.setenv("MULTITV_ALERT_URLS", f"json://127.0.0.1:{hook.port}")
    get_settings.cache_clear()
    yield hook
    monkeypatch.undo()
    get_settings.cache_clear()


def context(
    task: str = "take_snapshot",
    run: str = "r1",
    *,
    error: BaseException | None = None,
    dag: Any = DAG,
    due_date: str | None = None,
    map_index: int = -1,
    before: tuple[str, ...] = (),
    started: datetime | None = None,
    params: dict[str, Any] | None = None,
) -> Context:
    ti = SimpleNamespace(
        dag_id=dag.dag_display_name,
        task_id=task,
        run_id=run,
        map_index=map_index,
        log_url=f"https://tv.isp.example/{run}",
        start_date=started or datetime.now(UTC) + timedelta(hours=1),
        xcom_pull=lambda task_ids: due_date,
    )
    of_task = SimpleNamespace(
        task_display_name=task.title(),
        get_flat_relative_ids=lambda upstream: {*before} if upstream else set(),
        iter_mapped_dependants=lambda: iter(()),
    )
    return cast("Context", {"ti": ti, "dag": dag, "task": of_task, "exception": error, "params": params or {}})


def is_open(database: Database) -> list[Any]:
    rows: list[Any] = database.run("select task_id, code from alerts.failure where over_at is null order by id")
    return rows


def test_a_failure_is_recorded_by_its_cause_and_a_platform_in_trouble_has_one(database: Database) -> None:
    for error in (PlatformUnavailable("x"), NotJson("x"), IncompleteSnapshot("x"), ValueError("x"), None):
        record_failure(context(run=f"r{error!r}", error=error))
    assert [row.code for row in is_open(database)] == [
        *["platform_unavailable"] * 3,
        "unexpected_error",
        "task_killed",
    ]
    [names] = database.run("select distinct dag_name, task_name from alerts.failure")
    assert names == ("Reconciliar planos de TV", "Take_Snapshot")


def test_what_a_rule_refuses_to_a_person_is_no_failure(database: Database) -> None:
    record_failure(context(error=AlreadyBilled("already_billed")))
    assert is_open(database) == []
    assert database.run("select code from alerts.failure") == [("already_billed",)], "nobody takes it for a lost one"


def test_a_refusal_that_the_database_does_not_take_is_told_to_nobody_and_known_later(
    told: Received, database: Database, away: Callable[[bool], None]
) -> None:
    away(True)
    record_failure(context(error=AlreadyBilled("already_billed")))
    assert told.posts == []
    away(False)
    end_failures(context("report", "r2"))
    assert database.run("select code, over_at is null from alerts.failure") == [("already_billed", False)]


def test_the_try_that_failed_is_known(database: Database) -> None:
    given = context(error=ValueError("x"))
    vars(given["ti"])["id"] = UUID(int=7)
    for _ in range(2):
        record_failure(given)
    assert database.run("select task_instance_id from alerts.failure") == [(UUID(int=7),)]


def test_it_is_over_when_the_task_or_one_after_it_ends_well_in_a_later_run(database: Database) -> None:
    record_failure(context("apply", "r1", error=PlatformUnavailable("x")))
    end_failures(context("take_snapshot", "r2"))
    assert len(is_open(database)) == 1, "what comes before it says nothing of it"
    end_failures(context("report", "r0", before=("apply",), started=datetime.now(UTC) - timedelta(hours=1)))
    assert len(is_open(database)) == 1, "that run began before"
    end_failures(context("report", "r2", before=("take_snapshot", "apply")))
    assert is_open(database) == []


def test_a_failure_that_a_clock_noted_that_was_ahead_ends_with_the_next_good_run(database: Database) -> None:
    record_failure(context("apply", "r1", error=PlatformUnavailable("x")))
    database.run("update alerts.failure set failed_at = now() + interval '1 year'")
    end_failures(context("report", "r2", before=("apply",), started=datetime.now(UTC)))
    assert is_open(database) == []


def test_it_is_over_when_the_same_task_is_cleared_and_ends_well(database: Database) -> None:
    for index in (3, 4):
        record_failure(context("apply", map_index=index, error=PlatformUnavailable("x")))
    record_failure(context("apply", map_index=4, error=ValueError("x")))
    end_failures(context("apply", map_index=5))
    assert [row.code for row in is_open(database)] == ["platform_unavailable", "unexpected_error"]
    end_failures(context("apply", map_index=4))
    assert [row.code for row in is_open(database)] == ["platform_unavailable"]


def test_another_due_date_ends_nothing(database: Database) -> None:
    record_failure(context("save", "r1", dag=BILLING, due_date="2026-12-10", error=UnfinishedRuns("x")))
    end_failures(context("save", "r2", dag=BILLING, due_date="2026-12-20"))
    assert len(is_open(database)) == 1
    end_failures(context("save", "r3", dag=BILLING, due_date="2026-12-10"))
    assert is_open(database) == []


def test_it_is_over_when_a_person_marks_the_task_or_deletes_the_run(database: Database) -> None:
    for run in ("stays", "marked", "deleted"):
        record_failure(context("apply", run, map_index=2, error=ValueError("x")))

    def states(dag_id: str, task_ids: list[str], run_ids: list[str]) -> dict[str, dict[str, str | None]]:
        assert (dag_id, task_ids) == ("Reconciliar planos de TV", ["apply"])
        assert run_ids == ["deleted", "marked", "stays"]
        return {"stays": {"apply_2": "failed", "apply_1": "success"}, "marked": {"apply_2": "success"}}

    assert failures.give_up(database.engine, states) == 2
    assert database.run("select run_id from alerts.failure where over_at is null") == [("stays",)]
    assert failures.give_up(database.engine, lambda *_: {"stays": {"apply_2": None}}) == 0


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Takes the database away, or brings it back."""
    there = os.environ["AIRFLOW_CONN_ISP_DB"]
    nowhere = f"postgres://tv:segredo@127.0.0.1:{free_ports(1)[0]}/isp"

    def switch(is_away: bool) -> None:
        monkeypatch.setenv("AIRFLOW_CONN_ISP_DB", nowhere if is_away else there)

    return switch


def test_without_the_database_each_cause_is_told_at_once_and_once(
    told: Received, away: Callable[[bool], None], caplog: pytest.LogCaptureFixture
) -> None:
    away(True)
    for run in ("r1", "r2"):
        record_failure(context(run=run, error=PlatformUnavailable("x")))
    record_failure(context("save", dag=BILLING, due_date="2026-12-10", error=ValueError("x")))
    end_failures(context())
    first, second = told.posts
    assert first["message"].startswith("⚠ Reconciliar planos de TV: a plataforma de TV não responde.")
    assert "(vencimento 10/12/2026)" in second["message"]
    assert "https://tv.isp.example/r1" in second["message"]
    assert "segredo" not in caplog.text


def test_what_the_database_did_not_take_is_recorded_when_it_is_back_told_once_and_its_end_too(
    told: Received, database: Database, away: Callable[[bool], None]
) -> None:
    away(True)
    for run in ("r1", "r2"):
        record_failure(context(run=run, error=PlatformUnavailable("x")))
    record_failure(context("save", dag=BILLING, due_date="2026-12-10", error=NotJson("x")))
    assert len(told.posts) == 1
    away(False)
    end_failures(context("report", "r3", dag=BILLING))
    assert [row.task_id for row in is_open(database)] == ["take_snapshot", "take_snapshot", "save"]
    [save] = database.run("select * from alerts.failure where task_id = 'save'")
    assert (save.due_date, save.code) == (date(2026, 12, 10), "platform_unavailable")
    assert tell(database.engine, get_settings(), "", datetime.now(UTC)) == Told(1, 0), "it was told directly"

    end_failures(context("take_snapshot", "r4"))
    end_failures(context("save", "r5", dag=BILLING, due_date="2026-12-10"))
    assert tell(database.engine, get_settings(), "", datetime.now(UTC)) == Told(0, 1)
    assert "✔ Voltou ao normal: a plataforma de TV não responde" in told.posts[1]["message"]

    away(True)
    record_failure(context(run="r6", error=PlatformUnavailable("x")))
    assert len(told.posts) == 3, "it is another time that it is away"


def test_the_success_that_brings_a_failure_of_its_own_run_to_light_ends_it(
    told: Received, database: Database, away: Callable[[bool], None]
) -> None:
    away(True)
    record_failure(context(error=PlatformUnavailable("x")))
    away(False)
    end_failures(context())
    assert is_open(database) == []
    assert tell(database.engine, get_settings(), "", datetime.now(UTC)) == Told(0, 1)


def test_what_is_recorded_by_another_machine_later_hides_no_newer_failure(database: Database) -> None:
    earlier, later = (callbacks._failure(context(error=error)) for error in (PlatformUnavailable("x"), ValueError("x")))
    failures.record(database.engine, later)
    for _ in range(2):
        failures.record(database.engine, earlier)
    assert [row.code for row in is_open(database)] == ["unexpected_error"]


def test_a_channel_that_took_nothing_is_told_with_the_next_failure(
    told: Received, away: Callable[[bool], None]
) -> None:
    away(True)
    told.refuses = True
    record_failure(context(error=PlatformUnavailable("x")))
    told.refuses = False
    record_failure(context(run="r2", error=PlatformUnavailable("x")))
    assert len(told.posts) == 1


@pytest.mark.parametrize("days", [-1, 1, 400])
def test_a_clock_that_jumped_keeps_nobody_from_being_told(
    told: Received, away: Callable[[bool], None], days: int
) -> None:
    away(True)
    record_failure(context(error=PlatformUnavailable("x")))
    [note] = Path(tempfile.gettempdir()).glob("*/*.told")
    content = json.loads(note.read_text())
    note.write_text(json.dumps(content | {"at": (datetime.now(UTC) + timedelta(days=days)).isoformat()}))
    record_failure(context(error=PlatformUnavailable("x")))
    assert len(told.posts) == 2


def test_a_note_that_was_cut_off_stops_no_other(
    told: Received, database: Database, away: Callable[[bool], None]
) -> None:
    away(True)
    record_failure(context(error=PlatformUnavailable("x")))
    [folder] = Path(tempfile.gettempdir()).iterdir()
    (folder / "0-1.failure").write_text('{"dag_id": ')
    (folder / "0-2.failure").write_text("[]")
    away(False)
    end_failures(context("report", "r3"))
    assert [row.task_id for row in is_open(database)] == ["take_snapshot"]
    assert list(folder.glob("*.failure")) == []


def test_where_nothing_can_be_kept_it_is_told_all_the_same(
    told: Received, away: Callable[[bool], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    away(True)
    (tmp_path / "file").touch()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    record_failure(context(error=PlatformUnavailable("x")))
    assert len(told.posts) == 1


def test_tasks_that_fail_at_once_send_one_message(told: Received, away: Callable[[bool], None]) -> None:
    away(True)
    told.waits = 0.3
    failed = [context(run=f"r{number}", error=PlatformUnavailable("x")) for number in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(record_failure, failed))
    assert len(told.posts) == 1


def test_a_database_that_hangs_and_a_slow_service_hold_nobody_up(
    told: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callbacks, "DATABASE_SECONDS", 0.2)
    monkeypatch.setattr(callbacks, "DIRECT_SECONDS", 0.2)
    monkeypatch.setattr(failures, "record", lambda *_: time.sleep(2))
    monkeypatch.setattr(failures, "end", lambda *_, **__: time.sleep(2))
    told.waits = 2
    began = time.monotonic()
    record_failure(context(error=ValueError("x")))
    end_failures(context())
    assert time.monotonic() - began < 1.9


@pytest.mark.parametrize("bad", [{}, {"ti": None}, {"ti": SimpleNamespace()}])
def test_whatever_is_wrong_with_the_context_the_task_is_not_made_worse(bad: dict[str, Any]) -> None:
    record_failure(cast("Context", bad))
    end_failures(cast("Context", bad))


@pytest.mark.parametrize("params", [{"dry_run": True}, {"only": "7"}])
def test_a_run_that_does_only_a_part_ends_no_failure_of_another_run(engine: Engine, params: dict[str, Any]) -> None:
    database = Database(engine)
    record_failure(context("apply", error=NotJson("no JSON")))
    end_failures(context("report", "r2", before=("apply",), params=params))
    assert len(is_open(database)) == 1
    end_failures(context("report", "r3", before=("apply",), params={"dry_run": False, "only": None}))
    assert is_open(database) == []


def test_a_failure_before_the_due_date_was_known_ends_with_the_next_good_run(engine: Engine) -> None:
    database = Database(engine)
    record_failure(context("resolve_due_date", dag=BILLING, error=UnfinishedRuns("none")))
    end_failures(context("resolve_due_date", "r2", dag=BILLING, due_date="2026-12-10"))
    assert is_open(database) == []


def guarded(result: list[int]) -> Context:
    """What Airflow gives the callback of a guard whose questions are asked one by one."""
    with sdk.DAG("reconciliation", schedule=None) as dag:

        @sdk.task
        def guard() -> list[int]:
            return result

        @sdk.task(max_active_tis_per_dagrun=1)
        def ask(question: int) -> None:
            pass

        ask.expand(question=guard())
    given = context("guard", "r2")
    vars(given["ti"])["xcom_pull"] = lambda task_ids: result
    given["task"] = dag.get_task("guard")
    return given


def test_a_question_that_could_not_be_asked_is_over_when_there_is_nothing_to_be_asked(database: Database) -> None:
    record_failure(context("ask", "r1", map_index=0, error=DagIsPaused("tv_reconciliation_approval")))
    end_failures(guarded([7]))
    assert len(is_open(database)) == 1
    end_failures(guarded([]))
    assert is_open(database) == []


def test_where_the_code_tells_no_cause_one_task_hides_no_other(engine: Engine) -> None:
    for task in ("apply", "verify"):
        record_failure(context(task, error=ValueError("what nobody foresaw")))
    rows = Database(engine).run(str(named("alerts/task_failed")), by_task=list(failures.BY_TASK))
    keys = [row.key for row in rows]
    assert keys == [f"unexpected_error:{DAG.dag_display_name}:{task}" for task in ("apply", "verify")]
    told = [callbacks._failure(context(task, error=ValueError("x"))).key for task in ("apply", "verify")]
    assert told == keys, "what is told directly is the same alert"


CHANGES = SimpleNamespace(dag_display_name="tv_plan_changes", task_ids=["serve", "ask"])


@pytest.mark.parametrize(("began", "only", "lane", "verified", "waits_since", "is_over"), [
    (1, None, "full", True, None, True),
    (1, None, "full", True, 0.5, True),
    (1, None, "full", True, -1, False),
    (-1, None, "full", True, None, False),
    (1, None, "full", False, None, False),
    (1, 7, "full", True, None, False),
    (1, None, "changes", True, None, False),
])  # fmt: skip
def test_a_change_that_a_full_reconciliation_has_served_is_no_failure_any_more(
    database: Database,
    began: float,
    only: int | None,
    lane: str,
    verified: bool,
    waits_since: float | None,
    is_over: bool,
) -> None:
    for task in ("serve", "ask"):
        record_failure(context(task, dag=CHANGES, error=ValueError("x")))
    given = {"only": only, "lane": lane, "minutes": began, "verified": verified}
    database.run(
        "insert into reconciliation.snapshot (only_client_plan_id, lane, taken_at) "
        "values (:only, :lane, now() + :minutes * interval '1 minute')",
        **given,
    )
    database.run(
        "insert into reconciliation.change_set (snapshot_id, snapshot_hash, today, only_client_plan_id, lane, "
        "verified_at) select id, '', current_date, :only, :lane, case when :verified then now() end "
        "from reconciliation.snapshot",
        **given,
    )
    if waits_since:
        database.run(
            "insert into reconciliation.pending_change (client_plan_id, reason, created_at) "
            "values (1, 'erp', now() + :minutes * interval '1 minute')",
            minutes=waits_since,
        )
    assert failures.end_served(database.engine) == int(is_over)
    assert [row.task_id for row in is_open(database)] == (["ask"] if is_over else ["serve", "ask"])
