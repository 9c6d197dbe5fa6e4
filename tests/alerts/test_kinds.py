"""Each kind of alert appears with what is wrong, is kept up to date, and ends with it; docs/runbook.md has its text."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import multitv.billing.operators
import multitv.billing.sensors
import multitv.billing.sweep
import multitv.catalog.errors
import multitv.check
import multitv.privacy.export
import multitv.quality.books
import multitv.quality.gate
import multitv.reconciliation.errors
from multitv.alerts import callbacks, failures
from multitv.alerts.airflow_api import lost_reviews
from multitv.alerts.callbacks import _code
from multitv.alerts.kinds import KINDS, KnownOfAirflow
from multitv.alerts.messages import CAUSES, WORDS, Alert, message
from multitv.alerts.tell import NOTHING_KNOWN, _look
from multitv.beenius.pool import PoolState
from multitv.errors import MultiTVError, Refusal
from multitv.labels import SENTENCES
from multitv.quality.books import DueDaysUnserved, require_served
from tests.alerts.scenarios import BASE_URL, NOW, SCENARIOS, SETTINGS, waits
from tests.alerts.test_callbacks import context
from tests.support.databases import Database, as_owner

# So that their errors are known.
ROOMS = (
    multitv.billing.operators,
    multitv.billing.sensors,
    multitv.billing.sweep,
    multitv.catalog.errors,
    multitv.check,
    multitv.privacy.export,
    multitv.quality.books,
    multitv.quality.gate,
    multitv.reconciliation.errors,
)


def look(database: Database, later: timedelta = timedelta(), known: KnownOfAirflow = NOTHING_KNOWN) -> None:
    with database.engine.connect() as connection:
        assert _look(connection, SETTINGS, NOW + later, known) == []


def found(database: Database, kind: str) -> list[Any]:
    rows: list[Any] = database.run("select * from alerts.alert where kind = :kind order by id", kind=kind)
    return rows


def as_alert(row: Any) -> Alert:
    return Alert(row.id, row.kind, row.parameters, row.client_plans, row.amount, row.opened_at, row.over_at)


def texts(row: Any) -> str:
    alert = as_alert(row)
    _, new = message([alert], [], [], base_url=BASE_URL, timezone=SETTINGS.timezone)
    _, over = message([], [alert], [], base_url=BASE_URL, timezone=SETTINGS.timezone)
    return f"{new}\n\n{over}"


def test_there_is_a_scenario_words_and_a_link_for_each_kind() -> None:
    assert list(KINDS) == list(WORDS) == list(SCENARIOS)


def test_where_nothing_is_wrong_nothing_is_told(database: Database) -> None:
    look(database)
    assert database.run("select kind from alerts.alert") == []


@pytest.mark.parametrize("kind", SCENARIOS)
def test_an_alert_appears_is_kept_up_to_date_and_ends(database: Database, kind: str, repository: Path) -> None:
    scenario = SCENARIOS[kind]
    scenario.set_up(database)
    look(database, known=scenario.known[0])
    [row] = found(database, kind)
    assert (row.key, row.client_plans, row.amount, row.over_at) == (scenario.key, *scenario.first, None)
    others = {other.kind for other in database.run("select kind from alerts.alert")} - {kind}
    assert not others

    told = texts(row)
    assert "—" not in told.replace("— ", "")
    section = re.search(
        rf"^## `{kind}`.*?```text\n(.*?)\n```", (repository / "docs/runbook.md").read_text(), re.DOTALL | re.MULTILINE
    )
    assert section, f"docs/runbook.md needs a section `{kind}` with:\n{told}"
    assert section[1] == told

    if scenario.grows:
        database.run(scenario.grows)
    look(database, known=scenario.known[1])
    [grown] = found(database, kind)
    assert (grown.id, grown.client_plans, grown.amount, grown.over_at) == (row.id, *scenario.then, None)
    assert grown.parameters != row.parameters or scenario.first != scenario.then

    if scenario.ends:
        database.run(scenario.ends)
    look(database, timedelta(hours=24) if not scenario.ends else timedelta(), scenario.known[2])
    [ended] = found(database, kind)
    assert ended.id == row.id
    assert ended.over_at is not None


@pytest.mark.parametrize(("slots", "words"), [(None, "não existe"), (0, "tem 0 vagas"), (1, "tem 1 vaga")])
def test_a_pool_that_keeps_tasks_waiting_is_told_also_if_it_is_missing(
    database: Database, slots: int | None, words: str
) -> None:
    pool = PoolState("beenius", slots, 2, NOW - timedelta(hours=3))
    look(database, known=KnownOfAirflow((pool,)))
    [row] = found(database, "tasks_waiting")
    assert (
        f"2 tarefas esperam desde 10/12/2026 às 06:00 por uma vaga no pool beenius do Airflow, que {words}."
        in texts(row)
    )


def test_an_airflow_that_does_not_tell_ends_no_alert(database: Database) -> None:
    look(database, known=waits(9, 3))
    look(database)
    [row] = found(database, "tasks_waiting")
    assert row.over_at is None


def test_a_list_that_no_run_asks_about_any_more_is_told_at_once(database: Database) -> None:
    SCENARIOS["billing_question"].set_up(database)
    [review] = database.run("select id from billing.review")
    look(database)
    [asked] = found(database, "billing_question")
    look(database, known=KnownOfAirflow(lost_reviews=(review.id,)))
    assert [row.over_at for row in found(database, "billing_question")] != [asked.over_at]
    [lost] = found(database, "billing_not_approved")
    assert "não foi salvo, porque a execução que perguntava foi apagada ou terminou sem resposta" in texts(lost)


@pytest.mark.parametrize(
    ("states", "pulled", "lost"),
    [
        ({"r1": {"save": "awaiting_input"}}, {"r1": 1}, ()),
        ({"r1": {"save": "failed"}}, {}, (1,)),
        ({}, {}, (1,)),
        ({"r2": {"save": "awaiting_input"}}, {"r2": 77}, (1,)),
        # About to ask.
        ({"r2": {"save": "running"}}, {}, ()),
    ],
)
def test_which_lists_are_asked_about_is_asked_of_airflow(
    database: Database, states: dict[str, Any], pulled: dict[str, int], lost: tuple[int, ...]
) -> None:
    assert lost_reviews(database.engine, None) == (), "there is none"
    SCENARIOS["billing_question"].set_up(database)
    [review] = database.run("select id from billing.review")
    ti = SimpleNamespace(
        get_task_states=lambda dag_id, task_ids: states,
        xcom_pull=lambda dag_id, task_ids, run_id, key: review.id if pulled.get(run_id) == 1 else pulled.get(run_id),
    )
    assert lost_reviews(database.engine, ti) == tuple(review.id for _ in lost)
    assert lost_reviews(database.engine, None) == (), "an Airflow that does not tell"


def test_due_days_that_do_not_exist_are_told_with_the_others_and_the_sweep_is_not_told_beside(
    database: Database,
) -> None:
    SCENARIOS["due_days_unserved"].set_up(database)
    owner = Database(as_owner(database.engine))
    owner.run("alter table erp.client_plan drop constraint client_plan_due_day_check")
    owner.run("alter table erp.client_plan alter column due_day drop not null")
    owner.run("insert into tv.client_package (client_plan_id, package_id, price, added_on) values (3, 7, 1, now())")
    for due_day in (32, None):
        owner.run("update erp.client_plan set due_day = :due_day, status = 'active' where id = 3", due_day=due_day)
        look(database)
    [row] = found(database, "due_days_unserved")
    assert (row.client_plans, row.amount) == (2, Decimal("30.90"))
    assert "vencem em dias que nenhum faturamento cobre (3 e sem dia)" in texts(row)
    with pytest.raises(DueDaysUnserved, match="due day null does not exist: 1 clients with 1 TV extras") as told:
        require_served(database.engine, SETTINGS.due_days)
    failure = callbacks._failure(context("check_due_days", error=told.value))
    failures.record(database.engine, failure)
    look(database)
    assert found(database, "task_failed") == []


@pytest.mark.parametrize(
    ("kind", "future"),
    [
        (
            "reconciliation_late",
            "insert into reconciliation.change_set (id, snapshot_id, snapshot_hash, today, status, verified_at) "
            "overriding system value values (2, 1, 'x', '2027-12-10', 'verified', '2027-12-10 11:35:00+00')",
        ),
        (
            "catalog_late",
            "insert into tv.catalog_sync (id, status, merged_at) values (2, 'merged', '2027-12-10 11:00:00+00')",
        ),
        ("backup_late", "insert into alerts.backup (made_at) values ('2027-12-10 05:30:00+00')"),
    ],
)
def test_what_a_clock_noted_that_was_ahead_hides_no_lateness(database: Database, kind: str, future: str) -> None:
    SCENARIOS[kind].set_up(database)
    database.run(future)
    look(database)
    assert [row.over_at for row in found(database, kind)] == [None]
    # Back by an hour, what is late stays late, and is the same alert.
    look(database, timedelta(hours=-1) if kind != "reconciliation_late" else timedelta(minutes=-5))
    look(database)
    assert [row.over_at for row in found(database, kind)] == [None]


def every(kind: type[MultiTVError]) -> set[type[MultiTVError]]:
    return {kind}.union(*(every(below) for below in kind.__subclasses__()))


def test_every_error_of_a_task_has_words() -> None:
    # Those of commands and screens, and those that only have subclasses.
    elsewhere = ("multitv.backup", "multitv.web", "multitv.release", "multitv.errors", "include", "tests")
    abstract = {"catalog_refused", "unanswered"}
    codes = {
        _code(error.__new__(error))
        for error in every(MultiTVError)
        if not issubclass(error, Refusal) and not error.__module__.startswith(elsewhere)
    }
    assert {"platform_unavailable", "unfinished_runs", "pool_missing", "erp_incomplete"} <= codes
    assert {code for code in codes - abstract if code not in CAUSES and code not in SENTENCES} == set()


def test_a_hundred_causes_make_one_message_that_a_person_can_read(database: Database) -> None:
    for number in range(100):
        database.run(
            "insert into alerts.failure (dag_id, dag_name, task_id, task_name, run_id, map_index, code, link) "
            "values ('d', 'Faturamento TV', 't', 'Conferir', 'r', -1, :code, 'https://tv.isp.example/x')",
            code=f"code_{number}",
        )
    look(database)
    alerts = [as_alert(row) for row in found(database, "task_failed")]
    title, body = message(alerts, [], [], base_url=BASE_URL, timezone=SETTINGS.timezone)
    assert title == "Multi TV: 100 alertas novos"
    assert len(body) < 4_000
    assert re.search(r"… e \d+ alertas mais", body.splitlines()[-1])
