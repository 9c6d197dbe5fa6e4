"""Failures that no callback recorded: each is found once, whatever comes late, and nothing that is no news."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from multitv.alerts import callbacks, failures, kept
from multitv.alerts.airflow_api import have_lost_recorded
from multitv.alerts.failures import LOST, Failure
from multitv.alerts.lost import AT_MOST, GRACE, LOOK_BACK, FailedTask, record_lost
from multitv.alerts.messages import Alert, message
from multitv.alerts.tell import Told, tell
from multitv.installation import REPOSITORY
from multitv.settings import get_settings
from tests.support.databases import Database, as_screens
from tests.support.ports import free_ports

NOW = datetime.now(UTC)
ENDED = NOW - timedelta(minutes=10)
Look = Callable[..., int]


def failed(run: str = "r1", *, map_index: int = -1, ended: datetime = ENDED) -> FailedTask:
    return FailedTask(str(uuid4()), "tv_billing", "save", run, map_index, ended)


def known(task: FailedTask, **other: Any) -> Failure:
    """What is known of a task whose callback was lost, or what its callback records."""
    return Failure(
        **{
            "dag_id": task.dag_id,
            "dag_name": "Faturamento TV",
            "task_id": task.task_id,
            "task_name": "Salvar",
            "run_id": task.run_id,
            "map_index": task.map_index,
            "due_date": None,
            "code": LOST,
            "link": None,
            "failed_at": task.ended_at,
            "task_instance_id": task.id,
            **other,
        }
    )


def told_late(task: FailedTask, code: str = "unexpected_error", **other: Any) -> Failure:
    return known(task, code=code, failed_at=datetime.now(UTC), **other)


@pytest.fixture
def look(database: Database) -> Look:
    """Looks as the api-server does, long after the installation, at an Airflow in which these tasks have failed."""
    database.run("update alerts.watch set since = now() - interval '30 days'")
    screens = as_screens(database.engine)

    def look(*tasks: FailedTask, over: Collection[FailedTask] = (), now: datetime = NOW) -> int:
        def between(since: datetime, until: datetime) -> Sequence[FailedTask]:
            return [task for task in tasks if since <= task.ended_at <= until]

        def describe(ids: Collection[str]) -> Sequence[Failure]:
            return [known(task, is_over=task in over) for task in tasks if task.id in ids]

        return record_lost(screens, now, between, describe)

    return look


def recorded(database: Database) -> list[Any]:
    return [
        tuple(row)
        for row in database.run(
            "select run_id, map_index, code, over_at is null from alerts.failure order by run_id, map_index, id"
        )
    ]


def test_a_failure_of_which_no_callback_told_is_recorded_once_and_told(look: Look, database: Database) -> None:
    task, mapped = failed(), failed("r2", map_index=3)
    assert look(task, mapped) == 2
    assert look(task, mapped) == 0
    assert recorded(database) == [("r1", -1, LOST, True), ("r2", 3, LOST, True)]
    assert tell(database.engine, get_settings(), "", NOW) == Told(1, 0)
    [row] = database.run("select * from alerts.alert")
    assert row.key == f"{LOST}:tv_billing:save"
    alert = Alert(row.id, row.kind, row.parameters | {"tasks": 1, "task": "Conferir e salvar"}, None, None, NOW)
    _, body = message([alert], [], [], base_url="", timezone=get_settings().timezone)
    runbook = (REPOSITORY / "docs" / "runbook.md").read_text(encoding="utf-8").splitlines()
    assert set(body.splitlines()) <= {line.strip() for line in runbook}


def test_what_a_callback_recorded_is_not_recorded_again_also_when_it_is_over(look: Look, database: Database) -> None:
    tasks = [failed(run) for run in ("ended", "of another release", "open")]
    failures.record(database.engine, *(known(task, code="check_failed") for task in tasks))
    database.run("update alerts.failure set over_at = now() where run_id = 'ended'")
    database.run("update alerts.failure set task_instance_id = null where run_id = 'of another release'")
    assert look(*tasks) == 0
    assert len(recorded(database)) == 3


def test_a_task_that_was_cleared_and_failed_again_is_another_failure(look: Look, database: Database) -> None:
    first, again = failed(ended=ENDED - timedelta(seconds=2)), failed()
    failures.record(database.engine, known(first, code="check_failed"))
    assert look(again) == 1
    assert recorded(database) == [("r1", -1, "check_failed", False), ("r1", -1, LOST, True)]


def test_a_reason_that_comes_late_takes_the_place_of_none(look: Look, database: Database) -> None:
    task = failed()
    look(task)
    failures.record(database.engine, told_late(task, link="https://tv.isp.example/r1"))
    failures.record(database.engine, told_late(task, "task_killed"))
    assert recorded(database) == [("r1", -1, "unexpected_error", True)]
    assert look(task) == 0


def test_a_callback_that_comes_after_the_end_opens_nothing(look: Look, database: Database) -> None:
    task = failed()
    look(task)
    assert end_well(database) == 1
    failures.record(database.engine, told_late(task))
    assert recorded(database) == [("r1", -1, LOST, False)]
    assert look(task) == 0


def end_well(database: Database) -> int:
    return failures.end(
        database.engine,
        "tv_billing",
        {"save"},
        "later",
        task_id="save",
        map_index=-1,
        due_date=None,
        started_at=datetime.now(UTC),
    )


def test_it_is_over_when_a_person_marks_the_task_or_deletes_the_run(look: Look, database: Database) -> None:
    marked, deleted = failed("marked"), failed("deleted")
    look(marked, deleted)
    assert failures.give_up(database.engine, lambda *_: {"marked": {"save": "success"}}) == 2
    assert look(marked) == 0


def test_what_is_no_news_is_looked_at_once_and_told_to_nobody(look: Look, database: Database) -> None:
    task = failed()
    assert look(task, over=[task]) == 0
    assert look(task) == 0
    assert recorded(database) == [("r1", -1, LOST, False)]


def test_a_refusal_that_was_told_to_a_person_is_not_taken_for_a_lost_failure(look: Look, database: Database) -> None:
    task = failed()
    failures.record(database.engine, told_late(task, "already_billed", is_over=True))
    assert look(task) == 0
    assert recorded(database) == [("r1", -1, "already_billed", False)]


def test_a_refusal_that_comes_late_ends_what_was_taken_for_a_lost_failure(look: Look, database: Database) -> None:
    task = failed()
    look(task)
    failures.record(database.engine, told_late(task, "already_billed", is_over=True))
    assert recorded(database) == [("r1", -1, "already_billed", False)]


def test_what_this_machine_kept_while_the_database_was_away_is_not_taken_for_lost(
    look: Look, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    task = failed()
    kept.keep(told_late(task))
    callbacks.hand_over(database.engine)
    assert look(task) == 0
    assert recorded(database) == [("r1", -1, "unexpected_error", True)]


def test_a_callback_has_time_to_come(look: Look) -> None:
    task = failed(ended=NOW)
    assert look(task) == 0
    assert look(task, now=NOW + GRACE - timedelta(seconds=1)) == 0
    assert look(task, now=NOW + GRACE) == 1


def test_what_failed_before_the_installation_or_too_long_ago_is_told_to_nobody(look: Look, database: Database) -> None:
    assert look(failed(ended=NOW - LOOK_BACK - timedelta(seconds=1))) == 0
    assert look(failed("in time", ended=NOW - LOOK_BACK)) == 1
    database.run("update alerts.watch set since = :since", since=ENDED + timedelta(seconds=1))
    assert look(failed("before")) == 0
    assert look(failed("after", ended=ENDED + timedelta(seconds=1))) == 1


def test_a_new_installation_begins_with_what_fails_after_it(database: Database) -> None:
    [watch] = database.run("select since between now() - interval '1 hour' and now() as is_new from alerts.watch")
    assert watch.is_new


def test_a_flood_is_recorded_look_by_look_the_newest_first(look: Look, database: Database) -> None:
    tasks = [failed(f"r{number:04}", ended=ENDED - timedelta(seconds=number)) for number in range(AT_MOST + 3)]
    assert [look(*tasks) for _ in range(3)] == [AT_MOST, 3, 0]
    assert look(*tasks, over=tasks) == 0
    first = database.run("select max(run_id) as run from (select run_id from alerts.failure order by id limit 200) x")
    assert first[0].run == f"r{AT_MOST - 1:04}"


def test_looks_and_a_callback_at_the_same_time_make_one_failure(look: Look, database: Database) -> None:
    tasks = [failed(f"r{number}") for number in range(20)]
    with ThreadPoolExecutor(3) as pool:
        looks = [pool.submit(look, *given) for given in (tasks, tasks[::-1])]
        pool.submit(failures.record, database.engine, *map(told_late, tasks)).result()
        for each in looks:
            each.result()
    assert [(code, is_open) for _, _, code, is_open in recorded(database)] == [("unexpected_error", True)] * 20


def test_an_api_server_that_does_not_answer_holds_nobody_up(caplog: pytest.LogCaptureFixture) -> None:
    assert not have_lost_recorded(f"http://127.0.0.1:{free_ports(1)[0]}")
    assert "Failures whose callbacks were lost are not known" in caplog.text
